package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Blueprint;
import flotilla.provision.Kind;
import flotilla.provision.MemoryProvider;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ProvisionCommandTest {
    private static final String CLUSTER = "flotilla";

    private final MemoryProvider account = new MemoryProvider(CLUSTER);
    private final FlotillaSettings settings = FlotillaSettings.from(
            SettingsLoader.load(Optional.empty(), Optional.empty(), List.of("flotilla.fleet.image-id=ami-1")));
    private final HandPace pace = new HandPace();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int provision(String... arguments) throws InterruptedException {
        ProvisionCommand command = new ProvisionCommand();
        line(command, arguments);
        return command.run(account.provisioning(), settings, pace);
    }

    private int destroy(String... arguments) throws InterruptedException {
        DestroyCommand command = new DestroyCommand();
        line(command, arguments);
        return command.run(account.provisioning(), settings, pace);
    }

    private void line(Object command, String... arguments) {
        out.getBuffer().setLength(0);
        new CommandLine(command).setOut(new PrintWriter(out)).parseArgs(arguments);
    }

    @Test
    void withoutYes_shouldShowThePlanAndDoNothing() throws InterruptedException {
        assertThat(provision()).isZero();

        assertThat(account.calls()).isEmpty();
        assertThat(out.toString())
                .contains("create     queue               flotilla-request ")
                .contains("nothing was done yet: 8 to do, --yes does it");
    }

    @Test
    void withYes_shouldMakeEverythingOnceAndFindNothingToDoAgain() throws InterruptedException {
        assertThat(provision("--yes")).isZero();
        assertThat(account.calls())
                .containsExactly(
                        "create flotilla-request-dlq",
                        "create flotilla-request",
                        "create flotilla-response",
                        "create flotilla-terminate-request",
                        "create flotilla-terminate-confirm",
                        "create flotilla-input",
                        "create flotilla-output",
                        "create flotilla-worker");
        assertThat(out.toString())
                .contains("done      8 of 8: created launch template flotilla-worker")
                .contains("flotilla.fleet.launch-template = flotilla-worker");

        assertThat(provision("--yes")).isZero();
        assertThat(account.calls()).hasSize(8);
        assertThat(out.toString()).contains("nothing to do: everything is there and in order");
    }

    @Test
    void othersThing_shouldBeRefusedWithStatusOneAndNothingDone() throws InterruptedException {
        account.put(new Thing(Kind.BUCKET, "flotilla-input"), new Seen.OutOfReach("is another account's"));

        assertThat(provision("--yes")).isEqualTo(1);

        assertThat(account.calls()).isEmpty();
        assertThat(out.toString()).contains("refuse     bucket").contains("refused, and nothing was done");
    }

    @Test
    void failureHalfWay_shouldSayHowFarItCameAndGoOnFromThere() throws InterruptedException {
        account.fail("flotilla-terminate-request");

        assertThatThrownBy(() -> provision("--yes"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("stopped at queue flotilla-terminate-request, after 3 of 8 steps: SQS says no to "
                        + "flotilla-terminate-request; what was done stays, and another run goes on from there");

        account.heal();
        assertThat(provision("--yes")).isZero();
        assertThat(account.calls()).hasSize(8).doesNotHaveDuplicates();
    }

    @Test
    void destroy_shouldRemoveEverythingOnce() throws InterruptedException {
        provision("--yes");
        account.calls().clear();

        assertThat(destroy()).isZero();
        assertThat(account.calls()).isEmpty();
        assertThat(destroy("--yes")).isZero();
        assertThat(account.calls()).hasSize(8).startsWith("remove flotilla-worker");
        assertThat(destroy("--yes")).isZero();
        assertThat(account.calls()).hasSize(8);
        assertThat(out.toString()).contains("nothing to do: nothing of this system is left");
    }

    @Test
    void destroyWithRunningWorkers_shouldRefuseAndWithDrainWaitForTheirEnd() throws InterruptedException {
        Thing workers = Blueprint.workers(settings);
        account.put(workers, running(2));

        assertThat(destroy("--yes")).isEqualTo(1);
        assertThat(account.calls()).isEmpty();

        int[] looks = {0};
        account.onLook(seen -> seen.equals(running(2)) && ++looks[0] > 3 ? running(0) : seen);
        assertThat(destroy("--yes", "--drain")).isZero();
        assertThat(account.calls()).containsExactly("remove " + workers.name());
        assertThat(out.toString()).contains("waiting   0 requests in the queue, 2 workers running");
    }

    /** SQS's counts are approximate: one look that shows nothing is none. */
    @Test
    void destroyWithDrain_shouldSeeNothingForAMinuteBeforeItRemoves() throws InterruptedException {
        account.put(Blueprint.requestQueue(settings), messages(0));
        List<Duration> looks = new ArrayList<>();
        account.onLook(seen -> {
            if (!seen.equals(messages(0))) {
                return seen;
            }
            looks.add(pace.now());
            // Late in the first minute one comes to light.
            return pace.now().toSeconds() == 58 ? messages(1) : seen;
        });

        assertThat(destroy("--yes", "--drain")).isZero();

        assertThat(pace.now()).isEqualTo(Duration.ofSeconds(58 + 60));
        assertThat(looks).hasSizeGreaterThan(30);
        assertThat(out.toString())
                .contains("waiting   nothing is left, by counts that are approximate: is it so for 60 s?")
                .contains("waiting   1 requests in the queue, 0 workers running");
        assertThat(account.calls()).containsExactly("remove flotilla-request");
    }

    @Test
    void requestsThatComeWhenEverythingWasSeenToBeDone_shouldBeRefusedAndNothingRemoved() throws InterruptedException {
        account.put(Blueprint.requestQueue(settings), messages(0));
        account.put(Blueprint.workers(settings), running(0));
        int[] looksAtWorkers = {0};
        account.onLook(seen -> {
            looksAtWorkers[0] += seen.equals(running(0)) ? 1 : 0;
            boolean waited = pace.now().compareTo(FleetEnd.QUIET_FOR) >= 0;
            // The look that ends the waiting shows none; the one for the plan after it does.
            return seen.equals(messages(0)) && waited && looksAtWorkers[0] > 32 ? messages(2) : seen;
        });

        assertThat(destroy("--yes", "--drain")).isEqualTo(1);

        assertThat(account.calls()).isEmpty();
        assertThat(out.toString()).contains("2 messages are in it").contains("refused, and nothing was done");
    }

    @Test
    void workersLaunchedWhileTheGatewayEnds_shouldBeEndedWhenTheQueueIsEmptyAndNothingBeLeft()
            throws InterruptedException {
        Thing gateway = putGateway();
        Thing workers = Blueprint.workers(settings);
        account.put(workers, running(0));
        account.onLook(seen -> {
            boolean launched = account.calls().contains("remove " + gateway.name())
                    && !account.calls().contains("end " + workers.name());
            return launched && seen.equals(running(0)) ? running(1) : seen;
        });

        assertThat(destroy("--yes")).isZero();

        assertThat(account.calls())
                .containsExactly("remove " + gateway.name(), "end " + workers.name(), "remove " + workers.name());
        assertThat(pace.now()).isEqualTo(FleetEnd.QUIET_FOR.multipliedBy(2));
        assertThat(out.toString()).contains("1 workers running, left by the gateway that has ended");
    }

    /** It accepts requests until it has ended, and the plan knows only those of before. */
    @Test
    void requestsThatTheGatewayAcceptedInTheEnd_shouldKeepTheirQueueAlsoWhereNoWorkerRuns() {
        Thing gateway = putGateway();
        account.put(Blueprint.requestQueue(settings), messages(0));
        account.onLook(seen -> account.calls().isEmpty() || !seen.equals(messages(0)) ? seen : messages(3));

        assertThatThrownBy(() -> destroy("--yes", "--wait", "1m"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith(
                        "after 180 s the gateway's instance has ended, and there are still 3 requests in the "
                                + "queue, 0 workers running, to which nobody sees; start a gateway");
        assertThat(account.calls()).containsExactly("remove " + gateway.name());
    }

    @Test
    void requestsGivenUpWhileTheGatewayEnded_shouldBeRefusedAndKept() throws InterruptedException {
        Thing gateway = putGateway();
        account.put(Blueprint.deadLetters(settings), messages(0));
        account.put(Blueprint.workers(settings), running(0));
        account.onLook(seen -> account.calls().isEmpty() || !seen.equals(messages(0)) ? seen : messages(1));

        assertThat(destroy("--yes")).isEqualTo(1);

        assertThat(account.calls()).containsExactly("remove " + gateway.name());
        assertThat(pace.now()).isEqualTo(FleetEnd.QUIET_FOR);
        assertThat(out.toString()).contains("1 messages are in it").contains("refused, and nothing more was done");
    }

    private Thing putGateway() {
        Thing gateway = new Thing(Kind.GATEWAY, Blueprint.gatewayName(settings));
        account.put(gateway, Seen.Present.of(CLUSTER, Map.of()));
        return gateway;
    }

    @Test
    void requestsThatNobodyAnswersAfterTheGatewaysEnd_shouldEndTheRunWithTheRemedy() {
        Thing gateway = putGateway();
        account.put(Blueprint.requestQueue(settings), messages(0));
        account.put(Blueprint.workers(settings), running(0));
        account.onLook(seen -> {
            boolean ended = account.calls().contains("remove " + gateway.name());
            return ended && seen.equals(running(0))
                    ? running(1)
                    : ended && seen.equals(messages(0)) ? messages(3) : seen;
        });

        assertThatThrownBy(() -> destroy("--yes", "--wait", "5m"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith(
                        "after 300 s the gateway's instance has ended, and there are still 3 requests in the "
                                + "queue, 1 workers running, to which nobody sees; start a gateway");
        assertThat(account.calls()).containsExactly("remove " + gateway.name());
    }

    @Test
    void whatAServiceDoesNotDoYet_shouldBeToldOnceAndTriedAgain() throws InterruptedException {
        account.notYet("flotilla-response", 12);

        assertThat(provision("--yes")).isZero();

        assertThat(account.calls()).hasSize(8);
        assertThat(pace.now()).isEqualTo(Duration.ofSeconds(60));
        assertThat(out.toString().lines().filter(line -> line.startsWith("waiting ")))
                .containsExactly("waiting   flotilla-response was deleted a moment ago");
    }

    @Test
    void whatAServiceNeverDoes_shouldBeGivenUp() {
        account.notYet("flotilla-response", 1000);

        assertThatThrownBy(() -> provision("--yes"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage(
                        "stopped at queue flotilla-response, after 2 of 8 steps: flotilla-response was deleted a moment ago; "
                                + "what was done stays, and another run goes on from there");
        assertThat(pace.now()).isEqualTo(PlanRun.TRIES_FOR);
    }

    @Test
    void destroyWhoseWorkersDoNotEnd_shouldGiveUpAndRemoveNothing() {
        account.put(Blueprint.workers(settings), running(1));

        assertThatThrownBy(() -> destroy("--yes", "--drain", "--wait", "0s"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("0 requests in the queue, 1 workers running, and nothing was removed")
                .hasMessageContaining("min-instances");
        assertThat(account.calls()).isEmpty();
    }

    @Test
    void wrongUsage_shouldBeStatusTwo() {
        for (String[] wrong : new String[][] {
            {"provision", "--ja"}, {"destroy", "--wait", "soon"}, {"destroy", "everything"}, {"doctor", "--xml"}
        }) {
            CommandLine line = Main.commandLine().setErr(new PrintWriter(err, true));

            assertThat(Main.run(line, wrong)).as(String.join(" ", wrong)).isEqualTo(2);
        }
        assertThat(err.toString().lines()).hasSize(4).allMatch(one -> one.contains("--help"));
    }

    private static Seen messages(int count) {
        return Seen.Present.of(CLUSTER, Map.of(Attributes.MESSAGES, Integer.toString(count)));
    }

    private static Seen running(int count) {
        return Seen.Present.of(CLUSTER, Map.of(Attributes.RUNNING, Integer.toString(count)));
    }
}
