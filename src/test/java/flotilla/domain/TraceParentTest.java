package flotilla.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";

    @Test
    void header_shouldRoundTrip() {
        for (String flags : new String[] {"00", "01"}) {
            String header = "00-" + TRACE + "-" + SPAN + "-" + flags;
            TraceParent parsed = TraceParent.parse(header).orElseThrow();

            assertThat(parsed).isEqualTo(new TraceParent(TRACE, SPAN, flags.equals("01")));
            assertThat(parsed).hasToString(header);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01-" + TRACE + "-" + SPAN + "-01",
                "cc-" + TRACE + "-" + SPAN + "-03-what-the-future-will-be-like",
                " 00-" + TRACE + "-" + SPAN + "-09 "
            })
    void laterVersionsAndFlags_shouldBeReadAsFarAsTheyAreKnown(String header) {
        assertThat(TraceParent.parse(header)).contains(new TraceParent(TRACE, SPAN, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-01-more",
                "00-00000000000000000000000000000000-" + SPAN + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-1",
                "00-" + TRACE + "-" + SPAN,
                "00-" + TRACE + "-" + SPAN + "-01\n",
                "00_" + TRACE + "_" + SPAN + "_01",
                "00-" + TRACE + "-" + SPAN + "-0g"
            })
    void anythingElse_shouldBeNone(String header) {
        assertThat(TraceParent.parse(header.endsWith("\n") ? header + "x" : header))
                .isEmpty();
    }

    @Test
    void idsThatAreNone_shouldBeRefused() {
        assertThatThrownBy(() -> new TraceParent("x", SPAN, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TraceParent(TRACE, "x", true)).isInstanceOf(IllegalArgumentException.class);
    }
}
