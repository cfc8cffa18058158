package flotilla.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AsideTest {
    private final Aside aside = new Aside();

    private void add(String... names) {
        List.of(names).forEach(aside::add);
    }

    @Test
    void news_shouldTakeTheNamesOfTheirRequestOnly() {
        add("a-1", "a-2", "ab-1", "b-1");

        assertThat(aside.take("a")).containsExactly("a-1", "a-2");
        assertThat(aside.take("a")).isEmpty();
        assertThat(aside.next(9)).containsExactly("ab-1", "b-1");
    }

    @Test
    void turns_shouldGoRoundAndLeaveNobodyOut() {
        add("a-1", "b-1", "c-1");
        assertThat(aside.next(2)).containsExactly("a-1", "b-1");
        add("a-1", "b-1");

        assertThat(aside.next(2)).containsExactly("c-1", "a-1");
        add("a-1", "c-1");
        assertThat(aside.next(2)).containsExactly("b-1", "c-1");

        assertThat(aside.next(2)).containsExactly("a-1");
        assertThat(aside.next(2)).isEmpty();
    }
}
