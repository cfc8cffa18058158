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
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int provision(String... arguments) {
        ProvisionCommand command = new ProvisionCommand();
        line(command, arguments);
        return command.run(account.provisioning(), settings);
    }

    private int destroy(String... arguments) throws InterruptedException {
        DestroyCommand command = new DestroyCommand();
        line(command, arguments);
        return command.run(account.provisioning(), settings, 1);
    }

    private void line(Object command, String... arguments) {
        out.getBuffer().setLength(0);
        new CommandLine(command).setOut(new PrintWriter(out)).parseArgs(arguments);
    }

    @Test
    void withoutYes_shouldShowThePlanAndDoNothing() {
        assertThat(provision()).isZero();

        assertThat(account.calls()).isEmpty();
        assertThat(out.toString())
                .contains("create     queue               flotilla-request ")
                .contains("nothing was done yet: 8 to do, --yes does it");
    }

    @Test
    void withYes_shouldMakeEverythingOnceAndFindNothingToDoAgain() {
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
    void othersThing_shouldBeRefusedWithStatusOneAndNothingDone() {
        account.put(new Thing(Kind.BUCKET, "flotilla-input"), new Seen.OutOfReach("is another account's"));

        assertThat(provision("--yes")).isEqualTo(1);

        assertThat(account.calls()).isEmpty();
        assertThat(out.toString()).contains("refuse     bucket").contains("refused, and nothing was done");
    }

    @Test
    void failureHalfWay_shouldSayHowFarItCameAndGoOnFromThere() {
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

    private static Seen running(int count) {
        return Seen.Present.of(CLUSTER, Map.of(Attributes.RUNNING, Integer.toString(count)));
    }
}
