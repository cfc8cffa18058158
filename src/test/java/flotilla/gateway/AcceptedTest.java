package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptedTest {
    private static Accepted types(String... values) {
        List<HttpHeader> headers = List.of(values).stream()
                .<HttpHeader>map(value -> RawHeader.create("Accept", value))
                .toList();
        return Accepted.types(HttpRequest.create().addHeaders(headers));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    application/json                                                 | true
                    application/json, text/plain                                     | true
                    text/plain, application/json                                     | false
                    application/json, text/plain, */*                                | true
                    */*                                                              | false
                    */*, application/json                                            | true
                    application/*                                                    | true
                    APPLICATION/JSON                                                 | true
                    application/json;q=0.4, text/plain;q=0.5                         | false
                    application/json;q=0.5, text/plain;q=0.4                         | true
                    application/json;q=0, */*                                        | false
                    application/json;q=0                                             | false
                    text/plain;q=0, */*                                              | true
                    application/json; charset=utf-8 ; q=1.000, text/plain;q=0.999    | true
                    application/json;q=2                                             | false
                    application/json;q=nonsense, text/plain;q=0.1                    | false
                    image/png                                                        | false
                    application/jsonl                                                | false
                    ,, ;                                                             | false
                    """)
    void types_shouldBePreferredByWeightThenExactnessThenOrder(String header, boolean json) {
        assertThat(types(header).prefers("application/json", "text/plain")).isEqualTo(json);
    }

    @Test
    void noHeader_shouldPreferNothing() {
        assertThat(types().prefers("application/json", "text/plain")).isFalse();
        assertThat(types().takes("application/json")).isFalse();
    }

    @Test
    void severalHeaders_shouldBeOneList() {
        assertThat(types("text/plain;q=0.1", "application/json").prefers("application/json", "text/plain"))
                .isTrue();
    }
}
