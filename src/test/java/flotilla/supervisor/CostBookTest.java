package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.cost.CallCount;
import flotilla.cost.Past;
import flotilla.cost.Since;
import flotilla.cost.Spent;
import flotilla.cost.Usage;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.protocol.CostReport;
import flotilla.protocol.Costs;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.ScalingPlan;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

class CostBookTest {
    private static final Instant BEGIN = Instant.parse("2026-11-29T12:00:00Z");
    private static final Optional<List<Instance>> ONE = Optional.of(List.of(
            new Instance(new InstanceId("i-1"), Optional.empty(), InstanceState.RUNNING, Instant.EPOCH, "c7i.large")));

    private final List<Spent> told = new ArrayList<>();
    private final MemoryCosts ledger = new MemoryCosts();
    private final CostBook book = new CostBook(
            new CostKeeping(Costs.PRICES, Optional.of(ledger)),
            new SupervisorMeters() {
                @Override
                public void decided(ScalingPlan plan, List<DecisionReport.Action> actions) {}

                @Override
                public void spent(Spent more) {
                    told.add(more);
                }

                @Override
                public void ended() {}
            },
            BEGIN);

    private CostReport all(Instant now) {
        return book.report(Since.EVER, now);
    }

    @Test
    void looks_shouldTellTheMetersWhatCameSinceTheLastOne() {
        book.observed(ONE, BEGIN);
        book.observed(ONE, BEGIN.plusSeconds(1800));
        book.observed(Optional.empty(), BEGIN.plusSeconds(2000));
        book.observed(ONE, BEGIN.plusSeconds(3600));

        assertThat(told.stream().map(Spent::instanceSeconds)).containsExactly(0.0, 1800.0, 0.0, 1800.0);
        assertThat(told.get(3).cost()).isCloseTo(0.5, within(1e-9));
        assertThat(told.get(3).currency()).isEqualTo("EUR");
        assertThat(all(BEGIN.plusSeconds(3600)).bill().total()).isCloseTo(1, within(1e-9));
    }

    @Test
    void requestsOfGateways_shouldBeCharged() {
        GatewayId gateway = new GatewayId("gateway-1");
        book.heard(new WorkArrived(gateway, 0, 0, 0, 0, Optional.of(new CallCount(Map.of("s3:PutObject", 5L)))), BEGIN);
        book.heard(
                new WorkArrived(gateway, 0, 0, 0, 0, Optional.of(new CallCount(Map.of("s3:PutObject", 1005L)))), BEGIN);

        assertThat(all(BEGIN).bill().total()).isCloseTo(3, within(1e-9));
    }

    /** Another supervisor acted meanwhile: what is not known is not told. */
    @Test
    void newBeginning_shouldForgetWhatWasBefore() {
        book.observed(ONE, BEGIN);
        book.observed(ONE, BEGIN.plusSeconds(1800));
        Instant again = BEGIN.plusSeconds(7200);

        book.begin(again);
        book.observed(ONE, again);
        book.observed(ONE, again.plusSeconds(60));

        CostReport report = book.report(Since.parse("24h").orElseThrow(), again.plusSeconds(60));
        assertThat(report.recordsSince()).isEqualTo(again).isEqualTo(report.from());
        assertThat(report.usage().instanceSeconds()).isEqualTo(60);
        assertThat(told).allMatch(more -> more.instanceSeconds() >= 0);
    }

    private void lookEvery(int seconds, Instant from, Instant to) {
        for (Instant now = from; !now.isAfter(to); now = now.plusSeconds(seconds)) {
            book.observed(ONE, now);
        }
    }

    private double writtenSeconds() {
        return ledger.written.values().stream()
                .flatMap(hours -> hours.values().stream())
                .mapToDouble(Usage::instanceSeconds)
                .sum();
    }

    @Test
    void ledger_shouldHaveEachDayWholeEveryFiveMinutes() {
        lookEvery(10, BEGIN, BEGIN.plusSeconds(1000));

        assertThat(ledger.writes).hasSize(3).containsOnly(new MemoryCosts.Key(BEGIN, LocalDate.of(2026, 11, 29)));
        assertThat(writtenSeconds()).isCloseTo(900, within(1e-6));
    }

    @Test
    void midnight_shouldBeginAnotherRecordAndCompleteTheOneBefore() {
        lookEvery(60, BEGIN, BEGIN.plus(Duration.ofHours(14)));

        assertThat(ledger.written.keySet().stream().map(MemoryCosts.Key::day))
                .containsExactly(LocalDate.of(2026, 11, 29), LocalDate.of(2026, 11, 30));
        assertThat(writtenSeconds()).isCloseTo(14 * 3600, within(1.0));
    }

    @Test
    void end_shouldWriteWhatIsNotWrittenYet() {
        lookEvery(10, BEGIN, BEGIN.plusSeconds(100));
        assertThat(ledger.writes).isEmpty();

        assertThat(book.close(BEGIN.plusSeconds(100)).toCompletableFuture()).isCompleted();

        assertThat(writtenSeconds()).isCloseTo(100, within(1e-6));
    }

    @Test
    void writes_shouldNotOvertakeEachOther() {
        ledger.gate = new CompletableFuture<>();
        lookEvery(10, BEGIN, BEGIN.plusSeconds(700));
        book.close(BEGIN.plusSeconds(700));

        ledger.gate.complete(Done.getInstance());

        assertThat(writtenSeconds()).isCloseTo(700, within(1e-6));
    }

    @Test
    void storeThatIsAway_shouldGetAllOfTheDayLater() {
        ledger.away = true;
        lookEvery(10, BEGIN, BEGIN.plusSeconds(400));
        assertThat(ledger.writes).isEmpty();

        ledger.away = false;
        lookEvery(10, BEGIN.plusSeconds(410), BEGIN.plusSeconds(600));

        assertThat(writtenSeconds()).isCloseTo(600, within(1e-6));
    }

    /** Away from half past ten until ten past one. */
    @Test
    void storeThatIsAwayOverMidnight_shouldGetTheEndOfTheDayBeforeLater() {
        lookEvery(60, BEGIN, BEGIN.plus(Duration.ofMinutes(630)));
        ledger.away = true;
        lookEvery(60, BEGIN.plus(Duration.ofMinutes(631)), BEGIN.plus(Duration.ofMinutes(790)));
        assertThat(writtenSeconds()).isCloseTo(630 * 60, within(1e-3));

        ledger.away = false;
        lookEvery(60, BEGIN.plus(Duration.ofMinutes(791)), BEGIN.plus(Duration.ofMinutes(800)));

        assertThat(writtenSeconds()).isCloseTo(800 * 60, within(1e-3));
    }

    /** The look that bridges the gap adds to the day before. */
    @Test
    void looksThatFailedOverMidnight_shouldCompleteTheDayBefore() {
        lookEvery(60, BEGIN, BEGIN.plus(Duration.ofMinutes(690)));
        for (int minute = 691; minute <= 840; minute++) {
            book.observed(Optional.empty(), BEGIN.plus(Duration.ofMinutes(minute)));
        }

        lookEvery(60, BEGIN.plus(Duration.ofMinutes(841)), BEGIN.plus(Duration.ofMinutes(850)));

        assertThat(writtenSeconds()).isCloseTo(850 * 60, within(1e-3));
    }

    @Test
    void accountWhoseEndCouldNotBeWritten_shouldBeWrittenBeforeTheNextOneReads() {
        lookEvery(10, BEGIN, BEGIN.plusSeconds(100));
        Instant again = BEGIN.plusSeconds(300);
        ledger.away = true;
        book.begin(again);
        assertThat(past(again)).isCompletedExceptionally();

        ledger.away = false;
        book.recall(again, past(again).join());

        assertThat(writtenSeconds()).isCloseTo(100, within(1e-6));
        assertThat(all(again).usage().instanceSeconds()).isCloseTo(100, within(1e-6));
    }

    private CompletableFuture<Optional<Past>> past(Instant now) {
        return book.readPast(now).orElseThrow().toCompletableFuture();
    }

    @Test
    void endWhileTheStoreIsAway_shouldNotBeHeldUp() {
        ledger.away = true;
        lookEvery(10, BEGIN, BEGIN.plusSeconds(100));

        assertThat(book.close(BEGIN.plusSeconds(100)).toCompletableFuture()).isCompleted();
    }

    @Test
    void nextAccount_shouldRecallWhatTheOneBeforeHasWritten() {
        lookEvery(10, BEGIN, BEGIN.plusSeconds(100));
        Instant again = BEGIN.plusSeconds(300);

        book.begin(again);
        book.recall(again, past(again).join());
        lookEvery(10, again, again.plusSeconds(50));

        CostReport report = book.report(Since.parse("24h").orElseThrow(), again.plusSeconds(50));
        assertThat(report.recordsSince()).isEqualTo(BEGIN).isEqualTo(report.from());
        assertThat(report.usage().instanceSeconds()).isCloseTo(150, within(1e-6));
        assertThat(report.usage().watchedSeconds()).as("200 s are not known").isCloseTo(150, within(1e-6));
        book.close(again.plusSeconds(50));
        assertThat(writtenSeconds()).as("nothing is written twice").isCloseTo(150, within(1e-6));
    }

    @Test
    void whatWasReadForAnAccountThatIsOver_shouldBeNothing() {
        book.begin(BEGIN.plusSeconds(10));

        book.recall(BEGIN, Optional.of(new Past(BEGIN.minusSeconds(3600), Map.of())));

        assertThat(all(BEGIN.plusSeconds(20)).recordsSince()).isEqualTo(BEGIN.plusSeconds(10));
    }
}
