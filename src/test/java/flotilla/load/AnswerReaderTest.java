package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.load.AnswerReader.Ask;
import flotilla.load.AnswerReader.Finished;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // body | whether stem:label is expected | label | the image it names
                "test_000:Paul       | true  | Paul          | test_000",
                "~ test_000 : Paul\n~| true  | Paul          | test_000",
                "test_000:a:b        | true  | a:b           | test_000",
                "Paul                | true  | Paul          |",
                "Paul                | false | Paul          |",
                "test_000:Paul       | false | test_000:Paul |",
                "~Coffee cup\n~      | false | Coffee cup    |"
            })
    void text_shouldGiveTheLabel(String body, boolean stems, String label, String named) {
        assertThat(read(200, "text/plain; charset=UTF-8", body, stems))
                .isEqualTo(new Finished(new Answer.Labelled(label, Optional.ofNullable(named), Optional.empty())));
    }

    @Test
    void result_shouldGiveTheLabelItsFileAndItsWorker() {
        String body = "{\"id\":\"x\",\"file\":\"a.jpg\",\"status\":\"done\",\"label\":\"Cat\",\"workerId\":\"i-1\","
                + "\"appTierId\":3}";

        assertThat(read(200, "application/json", body, true))
                .isEqualTo(new Finished(new Answer.Labelled(
                        "Cat", Optional.of("a.jpg"), Optional.of(new Answer.Worker("i-1", Optional.of("3"))))));
        assertThat(read(200, "application/json", "{\"label\":\"Cat\",\"workerId\":\"hand-1\"}", true))
                .isEqualTo(new Finished(new Answer.Labelled(
                        "Cat", Optional.empty(), Optional.of(new Answer.Worker("hand-1", Optional.empty())))));
    }

    @Test
    void promise_shouldGiveTheAddressToAsk() {
        Response accepted = new Response(
                202,
                Optional.of("application/json"),
                Optional.of("/v1/classifications/x"),
                Optional.of("1"),
                "{\"status\":\"pending\",\"location\":\"/elsewhere\"}");

        assertThat(AnswerReader.read(accepted, true)).isEqualTo(new Ask("/v1/classifications/x"));
        assertThat(read(
                        200,
                        "application/json",
                        "{\"response\":\"success\",\"message\":\"m\",\"id\":\"x\",\"location\":\"/v1/classifications/x\"}",
                        true))
                .isEqualTo(new Ask("/v1/classifications/x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // status | content type | body | kind | detail
                "503 | application/problem+json | {\"code\":\"unavailable\",\"title\":\"no\",\"detail\":\"later\"} | 503 unavailable | no; later",
                "429 | application/problem+json | {\"code\":\"backlog-full\",\"title\":\"t\",\"detail\":\"d\"} | 429 backlog-full | t; d",
                "504 | application/problem+json | {\"code\":\"no-answer-yet\",\"title\":\"t\",\"detail\":\"d\"} | 504 no-answer-yet | t; d",
                "502 | text/html                | ~<html>\n<h1>Bad Gateway</h1>~ | 502 | <html> <h1>Bad Gateway</h1>",
                "200 | application/json | {\"status\":\"failed\",\"error\":{\"code\":\"damaged\",\"message\":\"cut off\"}} | failed damaged | cut off",
                "200 | application/json | {\"response\":\"success\"} | no label | 200 {\"response\":\"success\"}",
                "202 | text/plain       | later                      | no label | 202 later",
                "200 | text/plain       | ~ ~                        | no label | the answer is empty"
            })
    void responseWithoutALabel_shouldFailWithItsKind(int status, String type, String body, String kind, String detail) {
        assertThat(read(status, type, body, true)).isEqualTo(new Finished(new Answer.Failed(kind, detail)));
    }

    private static AnswerReader.Step read(int status, String type, String body, boolean stems) {
        return AnswerReader.read(
                new Response(status, Optional.of(type), Optional.empty(), Optional.empty(), body), stems);
    }
}
