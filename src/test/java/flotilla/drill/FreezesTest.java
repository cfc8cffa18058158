package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreezesTest {
    private final ProcessHandle process = ProcessHandle.current();
    private final List<String> signals = new ArrayList<>();
    private final Freezes freezes = new Freezes(one -> signals.add("stop"), one -> signals.add("go"));

    @Test
    void freezeThatEnds_shouldLetTheProcessGoOn() throws IOException {
        freezes.freeze(process);
        assertThat(freezes.holds(process)).isTrue();

        freezes.end(process);

        assertThat(freezes.holds(process)).isFalse();
        assertThat(signals).containsExactly("stop", "go");
    }

    @Test
    void freezeThatEnds_shouldLeaveALaterOne() throws IOException {
        freezes.freeze(process);
        freezes.freeze(process);

        freezes.end(process);
        assertThat(signals).as("the second lasts").containsExactly("stop", "stop");
        assertThat(freezes.holds(process)).isTrue();

        freezes.end(process);
        assertThat(signals).containsExactly("stop", "stop", "go");
    }

    @Test
    void endOfAll_shouldLetEverybodyGoOnOnce() throws IOException {
        freezes.freeze(process);
        freezes.freeze(process);

        freezes.endAll();
        freezes.end(process);

        assertThat(signals).containsExactly("stop", "stop", "go");
    }
}
