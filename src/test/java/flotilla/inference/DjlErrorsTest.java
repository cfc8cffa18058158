package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class DjlErrorsTest {
    @Test
    void firstLineOfTheRootCause_shouldBeGiven() {
        IOException cause = new IOException("no such layer\nat layer 3");

        assertThat(DjlErrors.oneLine(new IllegalStateException("outer", cause))).isEqualTo("no such layer");
    }

    @Test
    void messageThatSaysLittle_shouldCarryItsKind() {
        assertThat(DjlErrors.oneLine(new UnknownHostException("zoo.example")))
                .isEqualTo("UnknownHostException zoo.example");
        assertThat(DjlErrors.oneLine(new IOException())).isEqualTo("IOException");
    }
}
