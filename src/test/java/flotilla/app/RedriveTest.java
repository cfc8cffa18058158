package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.QuarantineStore.Quarantined;
import flotilla.protocol.WireFormat;
import flotilla.testing.HandClock;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RedriveTest {
    private static final Instant AT = Instant.parse("2026-11-29T06:00:00.5Z");

    private final Random random = new Random(1);
    private final MemoryStores.Quarantine quarantine = new MemoryStores.Quarantine();
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final MemoryStores.Attempts attempts = new MemoryStores.Attempts();
    private final MemoryQueue requests = new MemoryQueue();
    private final HandClock clock = new HandClock(AT.plusSeconds(3600));
    private final Redrive redrive = new Redrive(quarantine, results, attempts, requests, clock);
    private final StringWriter out = new StringWriter();
    private int status;

    private ClassificationRequest givenUp(String file, FailureCode code) {
        RequestId id = RequestId.create(AT, random);
        ClassificationRequest request = new ClassificationRequest(
                id, new ImageRef("in", id + "/" + file), new FileName(file), new GatewayId("g"), AT, Optional.empty());
        quarantine.keep(new Quarantined(request.quarantined("it was inside"), code, "it was inside", AT));
        results.putIfAbsent(new ClassificationResult(
                id, request.file(), new Outcome.Failed(code, "no"), Optional.empty(), Optional.empty(), Map.of()));
        attempts.died(id, "w-1", false);
        attempts.died(id, "w-2", true);
        return request;
    }

    private void answered(ClassificationRequest request) {
        results.putIfAbsent(new ClassificationResult(
                request.id(),
                request.file(),
                new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1))),
                Optional.empty(),
                Optional.empty(),
                Map.of()));
    }

    private List<String> run(String... arguments) {
        RedriveCommand command = new RedriveCommand();
        CommandLine line = new CommandLine(command).setOut(new PrintWriter(out));
        CommandLine.ParseResult parsed = line.parseArgs(arguments);
        List<RequestId> ids = parsed.matchedPositionals().stream()
                .flatMap(positional -> positional.originalStringValues().stream())
                .map(RequestId::new)
                .toList();
        out.getBuffer().setLength(0);
        status = command.run(redrive, ids);
        return out.toString().lines().toList();
    }

    @Test
    void noArguments_shouldListAndChangeNothing() {
        ClassificationRequest one = givenUp("a.png", FailureCode.QUARANTINED);
        ClassificationRequest two = givenUp("b.png", FailureCode.UNDELIVERABLE);

        assertThat(run())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).startsWith("REQUEST "),
                        line -> assertThat(line)
                                .startsWith(one.id() + "  quarantined    2026-11-29T06:00:00Z    1  in quarantine ")
                                .endsWith("a.png: it was inside"),
                        line -> assertThat(line).startsWith(two.id() + "  undeliverable "),
                        line -> assertThat(line)
                                .isEqualTo("2 in quarantine; flotilla redrive ID... or --all puts them back"));
        assertThat(status).isZero();
        assertThat(requests.sent()).isEmpty();
        assertThat(quarantine.kept).hasSize(2);
    }

    @Test
    void all_shouldPutBackWhatHasNoAnswerAndEndTheQuarantineOfTheRest() throws Exception {
        ClassificationRequest one = givenUp("a.png", FailureCode.QUARANTINED);
        ClassificationRequest late = givenUp("b.png", FailureCode.QUARANTINED);
        answered(late);

        assertThat(run("--all")).last().asString().isEqualTo("1 put back, 1 has an answer");

        assertThat(status).isZero();
        assertThat(requests.sent()).hasSize(1);
        ClassificationRequest again = WireFormat.readRequest(requests.sent().get(0));
        assertThat(again).isEqualTo(one.redriven(2));
        assertThat(again.generation()).isEqualTo(2);
        assertThat(attempts.processes).containsOnlyKeys(late.id());
        assertThat(quarantine.kept).isEmpty();
        assertThat(quarantine.notes)
                .as("for its timeline")
                .containsExactly(new QuarantineStore.Redriven(one.id(), 2, clock.instant()));
        assertThat(run("--all")).containsExactly("nothing is in quarantine");
        assertThat(status).isZero();
    }

    @Test
    void dryRun_shouldSayWhatWouldBeDoneAndChangeNothing() {
        givenUp("a.png", FailureCode.QUARANTINED);
        answered(givenUp("b.png", FailureCode.QUARANTINED));

        assertThat(run("--all", "--dry-run")).last().asString().isEqualTo("1 would be put back, 1 has an answer");

        assertThat(requests.sent()).isEmpty();
        assertThat(quarantine.kept).hasSize(2);
        assertThat(attempts.processes).hasSize(2);
    }

    @Test
    void idThatIsNotInQuarantine_shouldBeToldAndTheOthersBePutBack() {
        ClassificationRequest one = givenUp("a.png", FailureCode.QUARANTINED);
        RequestId nobody = RequestId.create(AT, random);

        assertThat(run(nobody.value(), one.id().value()))
                .anySatisfy(line -> assertThat(line).startsWith(nobody.value()).contains("not in quarantine"))
                .last()
                .asString()
                .isEqualTo("1 put back, 1 not in quarantine");

        assertThat(status).isEqualTo(1);
        assertThat(requests.sent()).hasSize(1);
    }

    @Test
    void redriveThatBrokeOff_shouldBeDoneAgainWithTheSameMessage() {
        ClassificationRequest one = givenUp("a.png", FailureCode.QUARANTINED);
        Quarantined kept = quarantine.kept.get(one.id());
        run("--all");
        quarantine.keep(kept);

        run("--all");

        assertThat(requests.sent()).hasSize(2);
        assertThat(requests.sent().get(0)).isEqualTo(requests.sent().get(1));
        assertThat(quarantine.notes).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-id", "--nonsense", "--all 0190163d-8694-739b-aea5-966c26f8ad91"})
    void wrongUse_shouldBeOneLineAndStatusTwo(String arguments) {
        StringWriter err = new StringWriter();
        int code = Main.commandLine().setErr(new PrintWriter(err)).execute(("redrive " + arguments).split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(1).allMatch(line -> line.startsWith("redrive: "));
    }

    @Test
    void recordOfAnEarlierGeneration_shouldAskForTheOneAfterAllThatStand() throws Exception {
        ClassificationRequest one = givenUp("a.png", FailureCode.QUARANTINED);
        results.putIfAbsent(
                new ClassificationResult(
                        one.id(),
                        one.file(),
                        new Outcome.Failed(FailureCode.QUARANTINED, "again"),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of()),
                2);

        run("--all");

        assertThat(WireFormat.readRequest(requests.sent().get(0)).generation()).isEqualTo(3);
    }

    @Test
    void recordThatCameMeanwhile_shouldStay() {
        ClassificationRequest one = givenUp("a.png", FailureCode.QUARANTINED);
        Quarantined again = new Quarantined(one.redriven(2).quarantined("again"), FailureCode.QUARANTINED, "again", AT);
        requests.onSent(body -> quarantine.keep(again));

        assertThat(run("--all")).last().asString().isEqualTo("1 put back");

        assertThat(quarantine.kept).containsExactly(Map.entry(one.id(), again));
    }

    @Test
    void recordThatCannotBeRead_shouldBeToldAndHoldUpNoOther() {
        ClassificationRequest damaged = givenUp("a.png", FailureCode.QUARANTINED);
        givenUp("b.png", FailureCode.QUARANTINED);
        quarantine.damaged.add(damaged.id());

        List<String> lines = run("--all");

        assertThat(lines).last().asString().isEqualTo("1 put back, 1 could not be dealt with");
        assertThat(lines)
                .anySatisfy(line ->
                        assertThat(line).startsWith(damaged.id().value()).endsWith("is damaged"));
        assertThat(status).isEqualTo(1);
        assertThat(requests.sent()).hasSize(1);
        assertThat(quarantine.kept).containsOnlyKeys(damaged.id());
    }

    @Test
    void recordThatCannotBeReadAndIsLast_shouldBeToldAfterAllOthers() {
        List<RequestId> all = IntStream.range(0, 17)
                .mapToObj(i -> givenUp(i + ".png", FailureCode.QUARANTINED).id())
                .sorted(Comparator.comparing(RequestId::value))
                .toList();
        quarantine.damaged.add(all.get(16));

        assertThat(run("--all")).last().asString().isEqualTo("16 put back, 1 could not be dealt with");
    }

    @Test
    void storeThatIsAway_shouldEndItWithTheReason() {
        quarantine.damaged.add(givenUp("a.png", FailureCode.QUARANTINED).id());
        quarantine.damaged.add(givenUp("b.png", FailureCode.QUARANTINED).id());

        assertThatThrownBy(() -> run("--all")).hasRootCauseMessage("record is damaged");
    }

    @Test
    void wordsOfOthers_shouldNotSteerTheTerminal() {
        ClassificationRequest one = givenUp("a\u202Egnp.b", FailureCode.QUARANTINED);
        quarantine.keep(new Quarantined(
                one.quarantined("x"), FailureCode.QUARANTINED, "w-1\u001B[2J\r\nforged\u009B2J\u2028end", AT));

        assertThat(run())
                .anySatisfy(line -> assertThat(line).endsWith("a gnp.b: w-1 [2J forged 2J end"))
                .hasSize(3);
    }
}
