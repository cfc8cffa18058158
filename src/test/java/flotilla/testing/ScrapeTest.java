package flotilla.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A reader that takes anything would prove nothing. */
class ScrapeTest {
    @Test
    void textInOrder_shouldBeRead() {
        Scrape scrape = Scrape.of("""
                # HELP a_total All of them
                # TYPE a_total counter
                a_total{x="1",y="say \\"no\\""} 3.0
                a_total{x="2",y=""} 4
                # HELP b_seconds How long
                # TYPE b_seconds histogram
                b_seconds_bucket{le="0.5"} 1
                b_seconds_bucket{le="+Inf"} 2
                b_seconds_sum 1.5E-3
                b_seconds_count 2
                # HELP c Now
                # TYPE c gauge
                c NaN
                """);

        assertThat(scrape.families().keySet()).containsExactly("a_total", "b_seconds", "c");
        assertThat(scrape.value("a_total", "y", "", "x", "2")).isEqualTo(4);
        assertThat(scrape.sum("a_total")).isEqualTo(7);
        assertThat(scrape.value("b_seconds_sum")).isEqualTo(0.0015);
        assertThat(scrape.value("c")).isNaN();
        assertThat(scrape.find("d")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "# HELP a A~# TYPE a gauge~a 1 | the last line does not end",
                "# HELP a A~# TYPE b gauge~b 1~ | no help before the type",
                "# TYPE a gauge~a 1~ | no help before the type",
                "a 1~ | a sample before any family",
                "# HELP a A~# TYPE a gauge~b 1~ | a sample of another family",
                "# HELP a A~# TYPE a gauge~a 1~a 2~ | a series twice",
                "# HELP a A~# TYPE a gauge~a one~ | not a sample",
                "# HELP a A~# TYPE a gauge~a{x=1} 1~ | labels that cannot be read",
                "# HELP a A~# TYPE a gauge~a{x=\"1\",x=\"2\"} 1~ | a label twice",
                "# HELP a A~# TYPE a gauge~ | a family without a sample",
                "# HELP a A~# TYPE a counter~a 1~ | a counter that does not end in _total",
                "# HELP a_total A~# TYPE a_total counter~a_total -1~ | a counter below zero",
                "# HELP a A~# TYPE a gauge~a 1~# HELP b B~# TYPE b gauge~b 1~# HELP a A~# TYPE a gauge~a{x=\"1\"} 1~ | a family in two pieces",
                "# HELP a A~# TYPE a histogram~a_bucket{le=\"1.0\"} 1~a_sum 1~a_count 1~ | no bucket +Inf",
                "# HELP a A~# TYPE a histogram~a_bucket{le=\"1.0\"} 3~a_bucket{le=\"+Inf\"} 2~a_sum 1~a_count 2~ | buckets that shrink",
                "# HELP a A~# TYPE a histogram~a_bucket{le=\"+Inf\"} 2~a_sum 1~a_count 3~ | +Inf is not the count"
            })
    void textOutOfOrder_shouldBeRefused(String text, String why) {
        assertThatThrownBy(() -> Scrape.of(text.replace('~', '\n')))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(why);
    }
}
