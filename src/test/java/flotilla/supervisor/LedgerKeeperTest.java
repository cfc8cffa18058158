package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Decisions;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class LedgerKeeperTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config()
            .withFallback(ConfigFactory.parseString("pekko.loglevel = INFO"))
            .withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration MINUTE = Duration.ofSeconds(60);

    /** One call, which the test answers. */
    private record Write(List<Decision> decisions, CompletableFuture<Done> answer) {
        List<Long> numbers() {
            return decisions.stream().map(Decision::n).toList();
        }

        void works() {
            answer.complete(Done.getInstance());
        }

        void fails() {
            answer.completeExceptionally(new IllegalStateException("the store is away"));
        }
    }

    private final Queue<Write> writes = new ConcurrentLinkedQueue<>();
    private final ActorRef<LedgerKeeper.Command> keeper = KIT.spawn(LedgerKeeper.create(this::append));
    private final TestProbe<Done> flushed = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private CompletionStage<Done> append(List<Decision> decisions) {
        Write write = new Write(decisions, new CompletableFuture<>());
        writes.add(write);
        return write.answer();
    }

    private static Decisions launch(long n) {
        return Decisions.because("backlog")
                .number(n)
                .queue(9, 0)
                .wanted(1)
                .actions(Decisions.ok("launch", 1, ""))
                .expected(5, 1);
    }

    private void keep(long... numbers) {
        LongStream.of(numbers)
                .forEach(n -> keeper.tell(new LedgerKeeper.Keep(launch(n).decision())));
    }

    private Write write() {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            assertThat(writes).isNotEmpty();
            return writes.remove();
        });
    }

    /** The timer starts when the keeper has seen the first decision, which is some time after it was sent. */
    private Write afterAMinute() {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            TIME.timePasses(MINUTE.dividedBy(4));
            assertThat(writes).isNotEmpty();
            return writes.remove();
        });
    }

    private void flush() {
        keeper.tell(new LedgerKeeper.Flush(flushed.getRef()));
    }

    @Test
    void decisions_shouldBeWrittenAMinuteAfterTheFirstInOneGo() {
        keep(1, 2);
        keeper.tell(new LedgerKeeper.Amend(launch(1).came(10, 4, 1).decision()));
        keeper.tell(new LedgerKeeper.Amend(launch(99).came(10, 4, 1).decision()));
        keep(3);
        Write write = afterAMinute();
        assertThat(write.numbers()).containsExactly(1L, 2L, 3L);
        assertThat(write.decisions().get(0).hindsight()).isPresent();
        assertThat(write.decisions().get(1).hindsight()).isEmpty();
    }

    @Test
    void flush_shouldAnswerWhenAllIsWritten() {
        flush();
        flushed.receiveMessage();
        assertThat(writes).as("nothing to write").isEmpty();
        keep(1);
        flush();
        Write first = write();
        keep(2);
        flush();
        flushed.expectNoMessage(Duration.ZERO);

        first.works();
        Write second = write();
        assertThat(second.numbers()).containsExactly(2L);
        second.works();

        flushed.receiveMessage();
        flushed.receiveMessage();
    }

    @Test
    void failingStore_shouldBeToldOfOnceInAnOutageAndTriedAgain() {
        keep(1);
        flush();
        LoggingTestKit.warn("the store is away").expect(KIT.system(), () -> {
            write().fails();
            return null;
        });
        flushed.receiveMessage();
        keep(2);
        LoggingTestKit.warn("the store is away").withOccurrences(0).expect(KIT.system(), () -> {
            Write again = afterAMinute();
            assertThat(again.numbers()).containsExactly(1L, 2L);
            again.fails();
            flush();
            Write third = write();
            assertThat(third.numbers()).containsExactly(1L, 2L);
            third.fails();
            flushed.receiveMessage();
            return null;
        });

        LoggingTestKit.info("decisions are kept again lost=0").expect(KIT.system(), () -> {
            flush();
            Write last = write();
            last.works();
            return null;
        });
        flushed.receiveMessage();
        LoggingTestKit.warn("the store is away").expect(KIT.system(), () -> {
            keep(3);
            flush();
            write().fails();
            return null;
        });
    }

    @Test
    void longOutage_shouldKeepTheNewestThousand() {
        keep(LongStream.rangeClosed(1, 1500).toArray());
        flush();
        Write first = write();
        assertThat(first.numbers()).hasSize(1000).startsWith(501L);
        keep(LongStream.rangeClosed(1501, 1600).toArray());
        first.fails();

        flush();
        Write again = write();
        assertThat(again.numbers()).hasSize(1000).startsWith(601L).endsWith(1600L);
        LoggingTestKit.info("lost=600").expect(KIT.system(), () -> {
            again.works();
            return null;
        });
    }

    @Test
    void idleHolds_shouldNotBeWritten() {
        for (long n = 1; n <= 30; n++) {
            keeper.tell(new LedgerKeeper.Keep(
                    Decisions.because("steady").number(n).at(10 * n).wanted(0).decision()));
        }
        keeper.tell(new LedgerKeeper.Keep(Decisions.because("steady")
                .number(31)
                .at(311)
                .fleet(0, 1, 0)
                .actions(Decisions.ok("assign-id", 1, Action.OK))
                .decision()));
        flush();

        assertThat(write().numbers()).containsExactly(1L, 31L);
    }
}
