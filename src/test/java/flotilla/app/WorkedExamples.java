package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The worked examples on one system, in an order in which each leaves what the next one needs. */
final class WorkedExamples {
    private static final String REQUESTS = "flotilla-request";
    private static final String TERMINATE_REQUESTS = "flotilla-terminate-request";
    private static final String TERMINATE_CONFIRMATIONS = "flotilla-terminate-confirm";
    /** Decisions that could do nothing: the instances are not described, or the lease ran out on a starved machine. */
    private static final Set<String> UNINFORMED = Set.of("instances-unknown", "no-lease");

    /** Up to twenty processes boot on the cores of one machine. */
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(15);

    /**
     * Numbers of an example.
     *
     * @param most instances at most
     * @param burst messages that call for all of them
     * @param fewer messages that call for some fewer
     * @param running instances of which some are asked to end
     * @param asked so many of them
     * @param more messages for more instances than are running
     * @param some messages for more than are not asked, and fewer than are running
     */
    record Figures(int most, int burst, int fewer, int running, int asked, int more, int some) {
        int active() {
            return running - asked;
        }
    }

    private final Figures figures;
    private final FlotillaProcess local;
    private final GatewayClient client;
    private final QueueClient queues;
    private final CloudClient cloud;
    /** Receipts of the messages that the test holds. */
    private final List<String> held = new ArrayList<>();

    private int sent;

    WorkedExamples(
            Figures figures, FlotillaProcess local, GatewayClient client, QueueClient queues, CloudClient cloud) {
        this.figures = figures;
        this.local = local;
        this.client = client;
        this.queues = queues;
        this.cloud = cloud;
    }

    void run() throws Exception {
        // The first decision empties the queue of terminate requests.
        Eventually.until("a decision that does nothing", () -> actions(newest()).isEmpty());

        fromNothing_shouldLaunchAsManyAsThereMayBe();
        fewerMessagesThanInstances_shouldSendARequestForEachTooMany();
        moreMessagesThanInstances_shouldCancelAllRequestsAndLaunchTheRest();
        moreMessagesThanActiveInstances_shouldCancelSomeAndLetTheOthersEnd();
        noMessage_shouldEndTheLastInstanceToo();

        int launched = figures.most() + figures.more() - figures.running();
        assertThat(actionsOfAll("terminate")).hasSize(launched).containsOnly("terminate drained ok");
        awaitVisible(TERMINATE_REQUESTS, 0);
        awaitVisible(TERMINATE_CONFIRMATIONS, 0);
    }

    private void fromNothing_shouldLaunchAsManyAsThereMayBe() throws Exception {
        JsonNode decision = decisionOn(figures.burst(), this::sendAndHold);

        assertThat(state(decision)).isEqualTo(figures.burst() + " messages, 0 running, 0 asked");
        assertThat(actions(decision)).hasSize(figures.most()).containsOnly("launch ok");
        awaitIdle(figures.most());
    }

    private void fewerMessagesThanInstances_shouldSendARequestForEachTooMany() throws Exception {
        JsonNode decision = decisionOn(figures.fewer(), this::letGo);

        assertThat(state(decision)).isEqualTo(figures.fewer() + " messages, " + figures.most() + " running, 0 asked");
        assertThat(actions(decision)).containsExactly("request-drain " + (figures.most() - figures.fewer()) + " ok");
        awaitIdle(figures.fewer());
    }

    private void moreMessagesThanInstances_shouldCancelAllRequestsAndLaunchTheRest() throws Exception {
        List<ProcessHandle> stopped = askSome();

        JsonNode decision = decisionOn(figures.more(), this::sendAndHold);

        assertThat(state(decision))
                .isEqualTo(
                        figures.more() + " messages, " + figures.active() + " running, " + figures.asked() + " asked");
        List<String> expected = new ArrayList<>(List.of("cancel-request " + figures.asked() + " ok"));
        expected.addAll(Collections.nCopies(figures.more() - figures.running(), "launch ok"));
        assertThat(actions(decision)).containsExactlyElementsOf(expected);
        awaitVisible(TERMINATE_REQUESTS, 0);
        letGoOn(stopped);
        awaitIdle(figures.more());
    }

    private void moreMessagesThanActiveInstances_shouldCancelSomeAndLetTheOthersEnd() throws Exception {
        int cancelled = figures.some() - figures.active();
        List<ProcessHandle> stopped = askSome();

        JsonNode decision = decisionOn(figures.some(), this::sendAndHold);

        assertThat(state(decision))
                .isEqualTo(
                        figures.some() + " messages, " + figures.active() + " running, " + figures.asked() + " asked");
        assertThat(actions(decision)).containsExactly("cancel-request " + cancelled + " ok");
        awaitVisible(TERMINATE_REQUESTS, figures.asked() - cancelled);
        letGoOn(stopped);
        awaitIdle(figures.some());
    }

    private void noMessage_shouldEndTheLastInstanceToo() throws Exception {
        decisionOn(1, this::letGo);
        awaitIdle(1);

        JsonNode decision = decisionOn(0, this::letGo);

        assertThat(state(decision)).isEqualTo("0 messages, 1 running, 0 asked");
        assertThat(actions(decision)).containsExactly("request-drain 1 ok");
        Eventually.until("an empty fleet", () -> client.fleet().isEmpty());
    }

    /**
     * From a fleet of idle workers to one of a certain size, some of which are asked to end and do not hear it.
     *
     * @return the processes, which are stopped
     */
    private List<ProcessHandle> askSome() throws Exception {
        decisionOn(figures.running(), this::letGo);
        awaitIdle(figures.running());
        List<ProcessHandle> workers = local.workers();
        assertThat(workers).hasSize(figures.running());
        for (ProcessHandle worker : workers) {
            FlotillaProcess.signal(worker, "STOP");
        }
        awaitTheEndOfEveryReceive();
        JsonNode decision = decisionOn(figures.active(), this::letGo);
        assertThat(state(decision))
                .isEqualTo(figures.active() + " messages, " + figures.running() + " running, 0 asked");
        assertThat(actions(decision)).containsExactly("request-drain " + figures.asked() + " ok");
        awaitVisible(TERMINATE_REQUESTS, figures.asked());
        return workers;
    }

    /** Messages that were taken may come back, or go, a moment after what was decided is told. */
    private void awaitVisible(String queue, int messages) {
        Eventually.until(
                messages + " visible and none in flight in " + queue,
                () -> queues.depth(queue).equals(new QueueClient.Depth(messages, 0)));
    }

    private static void letGoOn(List<ProcessHandle> stopped) throws Exception {
        for (ProcessHandle process : stopped) {
            FlotillaProcess.signal(process, "CONT");
        }
    }

    /** A process that is stopped may have a receive under way, which waits for a second: three intervals pass. */
    private void awaitTheEndOfEveryReceive() {
        long number = number(newest());
        awaitDecisionAfter(number + 3, "three ticks later", decision -> true);
    }

    /** Makes a change behind the supervisor's back, and gives the first decision after it. */
    private JsonNode decisionOn(int messages, IntConsumer change) throws Exception {
        cloud.fail("Action=DescribeInstances&Code=UnauthorizedOperation&Count=1000000");
        awaitDecisionAfter(number(newest()), "without instances", decision -> !isInformed(decision));
        change.accept(Math.abs(messages - held.size()));
        JsonNode seen = awaitDecisionAfter(
                number(newest()),
                "that sees " + messages + " messages",
                decision -> !isInformed(decision) && messages(decision) == messages);
        cloud.clearFaults();
        return awaitDecisionAfter(number(seen), "with instances", WorkedExamples::isInformed);
    }

    private JsonNode awaitDecisionAfter(long number, String what, Predicate<JsonNode> matches) {
        return Eventually.value(
                "a decision " + what,
                () -> client.decisions().stream()
                        .filter(decision -> number(decision) > number && matches.test(decision))
                        .findFirst());
    }

    private JsonNode newest() {
        return Eventually.value("a decision", () -> client.decisions().stream().reduce((one, next) -> next));
    }

    /** Nobody else takes them: there are no workers, or all are stopped. */
    private void sendAndHold(int count) {
        for (int i = 0; i < count; i++) {
            client.accept("image-" + sent++ + ".png", GatewayClient.TINY_PNG);
        }
        held.addAll(queues.hold(REQUESTS, count));
    }

    private void letGo(int count) {
        List<String> first = held.subList(0, count);
        queues.delete(REQUESTS, first);
        first.clear();
    }

    private void awaitIdle(int count) {
        Eventually.until(count + " idle instances", LONG_ENOUGH, () -> {
            List<JsonNode> fleet = client.fleet();
            return fleet.size() == count
                    && fleet.stream()
                            .allMatch(one -> one.path("state").asText().equals("running")
                                    && one.path("busy").asInt() == 0);
        });
    }

    private List<String> actionsOfAll(String kind) {
        return client.decisions().stream()
                .flatMap(decision -> actions(decision).stream())
                .filter(action -> action.startsWith(kind + " "))
                .toList();
    }

    private static boolean isInformed(JsonNode decision) {
        return !UNINFORMED.contains(decision.path("reason").asText());
    }

    private static long number(JsonNode decision) {
        return decision.path("n").asLong();
    }

    private static int messages(JsonNode decision) {
        return decision.path("visible").asInt() + decision.path("inFlight").asInt();
    }

    /** What a decision was told. */
    private static String state(JsonNode decision) {
        return messages(decision) + " messages, " + decision.path("running").asInt() + " running, "
                + decision.path("draining").asInt() + " asked";
    }

    /** What it did, with how much and with what outcome. */
    private static List<String> actions(JsonNode decision) {
        return StreamSupport.stream(decision.path("actions").spliterator(), false)
                .map(action -> Stream.of("kind", "why", "outcome")
                        .map(part -> action.path(part).asText())
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining(" ")))
                .toList();
    }
}
