package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.SettingsLoader;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.ResultNotice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AnswerExchangeTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static ResultNotice notice(int n) {
        return new ResultNotice(
                new GatewayId("gateway-1"),
                new ClassificationResult(
                        new RequestId(String.format("0190b8f0-0000-7000-8000-%012d", n)),
                        new FileName("a.png"),
                        new Outcome.Labelled("model", List.of(new Prediction("Paul", 0, 1))),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of()));
    }

    @Test
    void resultThatOneGatewayWasToldOf_shouldReachTheCallersOfAll() {
        TestProbe<PendingReplies.Command> here = KIT.createTestProbe();
        TestProbe<PendingReplies.Command> there = KIT.createTestProbe();
        ActorRef<AnswerExchange.Command> one = KIT.spawn(AnswerExchange.create(here.getRef()));
        KIT.spawn(AnswerExchange.create(there.getRef()));
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            one.tell(new AnswerExchange.Share(notice(1)));
            assertThat(there.receiveMessage(Duration.ofMillis(80)))
                    .isEqualTo(new PendingReplies.Answered(notice(1).result()));
            return one;
        });
        here.receiveMessage();

        one.tell(new AnswerExchange.Share(notice(2)));

        assertThat(there.fishForMessage(
                        Duration.ofSeconds(10),
                        message -> message.equals(
                                        new PendingReplies.Answered(notice(2).result()))
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore()))
                .hasSize(1);
    }

    @Test
    void newsBetweenGateways_shouldRoundTrip() {
        KIT.serializationTestKit().verifySerialization(new AnswerExchange.News("{\"v\":1,\"id\":\"…\"}"), true);
    }

    @Test
    void gatewayAlone_shouldTellItsOwnCallers() {
        TestProbe<PendingReplies.Command> here = KIT.createTestProbe();
        ActorRef<AnswerExchange.Command> one = KIT.spawn(AnswerExchange.create(here.getRef()));

        one.tell(new AnswerExchange.Share(notice(3)));

        assertThat(here.receiveMessage())
                .isEqualTo(new PendingReplies.Answered(notice(3).result()));
    }
}
