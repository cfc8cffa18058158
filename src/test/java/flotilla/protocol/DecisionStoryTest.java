package flotilla.protocol;

import static flotilla.protocol.Decisions.action;
import static flotilla.protocol.Decisions.because;
import static flotilla.protocol.Decisions.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.protocol.DecisionReport.Vote;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionStoryTest {
    private static Decisions busy() {
        return because("backlog").queue(26, 6).fleet(0, 2, 0).wanted(4);
    }

    private static Decisions idle() {
        return because("no-work").fleet(0, 2, 0).wanted(0);
    }

    private static Action without(String kind, String why) {
        return new Action(kind, 0, "", why, Action.OK);
    }

    private static Stream<Arguments> whatWasDone() {
        return Stream.of(
                arguments(
                        "cold start",
                        because("backlog").queue(26, 0).wanted(2).actions(ok("launch", 1, ""), ok("launch", 2, "")),
                        "Cold start: launched 2 machines (app-tier ids 1 and 2), because 26 images were waiting."),
                arguments(
                        "launch",
                        busy().actions(ok("launch", 3, "")),
                        "Launched a machine (app-tier id 3), because 26 images were waiting and 6 were in work."),
                arguments(
                        "launch for arrivals",
                        because("arrivals").fleet(0, 1, 0).wanted(2).actions(ok("launch", 2, "")),
                        "Launched a machine (app-tier id 2), because images keep coming in."),
                arguments(
                        "launch for a machine that EC2 takes back",
                        because("replacement")
                                .queue(5, 2)
                                .fleet(0, 1, 0)
                                .wanted(2)
                                .actions(ok("launch", 3, "")),
                        "Launched a machine (app-tier id 3), because EC2 takes machines back or recommends to replace them."),
                arguments(
                        "launch for a machine that is silent",
                        because("silence").queue(5, 2).fleet(0, 1, 0).wanted(2).actions(ok("launch", 3, "")),
                        "Launched a machine (app-tier id 3), because machines are not heard of any more."),
                arguments(
                        "launch of a spare",
                        because("steady").fleet(0, 1, 0).wanted(1).actions(ok("launch", 2, "spare")),
                        "Launched a machine (app-tier id 2) to be kept ready."),
                arguments(
                        "launch of a spare where there is no machine",
                        because("steady").wanted(0).actions(ok("launch", 1, "spare")),
                        "Launched a machine (app-tier id 1) to be kept ready."),
                arguments(
                        "cold start with a spare besides",
                        because("backlog").queue(1, 0).wanted(1).actions(ok("launch", 1, ""), ok("launch", 2, "spare")),
                        "Cold start: launched a machine (app-tier id 1); launched a machine (app-tier id 2) to be kept"
                                + " ready, because 1 image was waiting."),
                arguments(
                        "launch refused",
                        busy().actions(new Action("launch", 3, "", "", "InsufficientInstanceCapacity: none left.")),
                        "Tried to launch a machine (app-tier id 3), because 26 images were waiting and 6 were in work."
                                + " It failed: InsufficientInstanceCapacity: none left."),
                arguments(
                        "launch half refused",
                        busy().actions(ok("launch", 3, ""), new Action("launch", 4, "", "", "no answer")),
                        "Launched a machine (app-tier id 3); tried to launch a machine (app-tier id 4), because 26 images"
                                + " were waiting and 6 were in work. It failed: no answer."),
                arguments(
                        "drain",
                        idle().actions(ok("drain", 2, ""), ok("drain", 1, "")),
                        "Asked 2 workers (app-tier ids 2 and 1) to finish what is in hand and end, because no image is left."),
                arguments(
                        "drain with a little work",
                        because("no-work").queue(1, 0).fleet(0, 2, 0).wanted(1).actions(ok("drain", 2, "")),
                        "Asked a worker (app-tier id 2) to finish what is in hand and end, because there is little work: 1"
                                + " image was waiting."),
                arguments(
                        "drain of what is beyond need",
                        because("backlog").queue(5, 2).fleet(0, 3, 0).wanted(2).actions(ok("drain", 3, "")),
                        "Asked a worker (app-tier id 3) to finish what is in hand and end, because 2 machines are enough: 5"
                                + " images were waiting and 2 were in work."),
                arguments(
                        "drain while images come in",
                        because("arrivals").fleet(0, 3, 0).wanted(1).actions(ok("drain", 3, "")),
                        "Asked a worker (app-tier id 3) to finish what is in hand and end, because 1 machine is enough for"
                                + " the images that keep coming in."),
                arguments(
                        "launch for what only the gateways have counted",
                        because("backlog").wanted(1).actions(ok("launch", 1, "")),
                        "Cold start: launched a machine (app-tier id 1), because images are still unanswered, by the"
                                + " gateways' count."),
                arguments(
                        "drain of a stray",
                        because("steady")
                                .fleet(0, 1, 0)
                                .wanted(1)
                                .actions(new Action("drain", 0, "i-9", "", Action.OK)),
                        "Asked a worker (i-9) to finish what is in hand and end."),
                arguments(
                        "cancel",
                        busy().actions(ok("cancel-drain", 2, ""), ok("launch", 3, "")),
                        "Took back the drain of a worker (app-tier id 2); launched a machine (app-tier id 3), because 26"
                                + " images were waiting and 6 were in work."),
                arguments(
                        "request drain",
                        idle().actions(without("request-drain", "2")),
                        "Put 2 terminate requests into their queue, for whichever workers take them, because no image is"
                                + " left."),
                arguments(
                        "request drain, one",
                        idle().actions(without("request-drain", "1")),
                        "Put a terminate request into their queue, for whichever workers take them, because no image is"
                                + " left."),
                arguments(
                        "cancel requests",
                        busy().actions(without("cancel-request", "3")),
                        "Took back 3 terminate requests, because 26 images were waiting and 6 were in work."),
                arguments(
                        "cancel requests, too late",
                        busy().actions(new Action("cancel-request", 0, "", "3", "only 1 were left")),
                        "Tried to take back 3 terminate requests, because 26 images were waiting and 6 were in work. It"
                                + " failed: only 1 were left."),
                arguments(
                        "cancel requests of an earlier supervisor",
                        because("steady").wanted(0).actions(without("cancel-request", "all")),
                        "Took back all terminate requests."),
                arguments(
                        "drained",
                        because("confirmed")
                                .fleet(0, 0, 2)
                                .wanted(0)
                                .actions(ok("terminate", 1, "drained"), ok("terminate", 2, "drained")),
                        "Terminated 2 machines (app-tier ids 1 and 2) whose workers had drained."),
                arguments(
                        "silent",
                        because("confirmed").wanted(1).actions(ok("terminate", 1, "silent")),
                        "Terminated a machine (app-tier id 1) whose worker had been silent for so long that it has stopped"
                                + " by itself."),
                arguments(
                        "never reported",
                        because("confirmed").wanted(1).actions(ok("terminate", 1, "never-reported")),
                        "Terminated a machine (app-tier id 1) that never reported within the time allowed for a boot."),
                arguments(
                        "orphan",
                        because("steady").wanted(0).actions(new Action("terminate", 0, "i-9", "orphan", Action.OK)),
                        "Terminated a machine (i-9) whose worker had drained and which EC2 does not describe as ours."),
                arguments(
                        "two causes",
                        because("confirmed")
                                .wanted(1)
                                .actions(ok("terminate", 1, "drained"), ok("terminate", 2, "silent")),
                        "Terminated a machine (app-tier id 1) whose worker had drained; terminated a machine (app-tier id"
                                + " 2) whose worker had been silent for so long that it has stopped by itself."),
                arguments(
                        "termination while the depth is unknown",
                        because("depth-unknown").unknownQueue().actions(ok("terminate", 1, "drained")),
                        "Terminated a machine (app-tier id 1) whose worker had drained; the queue's depth could not be"
                                + " read, so that nothing else may be done."),
                arguments(
                        "start",
                        busy().actions(ok("start", 3, ""), ok("start", 4, "")),
                        "Started 2 stopped machines (app-tier ids 3 and 4), because 26 images were waiting and 6 were in"
                                + " work."),
                arguments(
                        "stop",
                        because("confirmed").wanted(0).actions(ok("stop", 3, "drained")),
                        "Stopped a machine (app-tier id 3) whose worker had drained."),
                arguments(
                        "set capacity",
                        busy().actions(without("set-capacity", "4")),
                        "Raised the capacity of the Auto Scaling group to 4, because 26 images were waiting and 6 were in"
                                + " work."),
                arguments(
                        "assign id",
                        because("steady").wanted(1).actions(ok("assign-id", 5, "untagged")),
                        "Gave app-tier id 5 to i-5, which had none."),
                arguments(
                        "assign ids",
                        because("steady")
                                .wanted(1)
                                .actions(ok("assign-id", 5, "duplicate"), ok("assign-id", 6, "duplicate")),
                        "Gave app-tier id 5 to i-5 and app-tier id 6 to i-6, all of which shared their ids with an older"
                                + " machine."),
                arguments(
                        "dry run",
                        busy().actions(new Action("launch", 3, "", "", Action.DRY_RUN)),
                        "Would have launched a machine (app-tier id 3), because 26 images were waiting and 6 were in work"
                                + " (dry-run)."),
                arguments(
                        "by hand",
                        because("backlog")
                                .queue(1, 0)
                                .wanted(1)
                                .actions(new Action("launch", 1, "", "", Action.BY_HAND)),
                        "Cold start: would have launched a machine (app-tier id 1), because 1 image was waiting (workers"
                                + " are started by hand)."),
                arguments(
                        "an action and a reason of another version",
                        because("moon").wanted(1).actions(ok("hibernate", 3, "")),
                        "Did hibernate (app-tier id 3), because of moon."));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatWasDone")
    void action_shouldBeASentence(String name, Decisions decision, String sentence) {
        assertThat(DecisionStory.sentence(decision.decision())).isEqualTo(sentence);
    }

    private static Stream<Arguments> whyNothing() {
        return Stream.of(
                arguments("idle", because("steady").wanted(0), "no machine is wanted, and there is none."),
                arguments("steady, one", because("steady").fleet(0, 1, 0).wanted(1), "1 machine is wanted and there."),
                arguments("steady", because("steady").fleet(1, 2, 0).wanted(3), "3 machines are wanted and there."),
                arguments(
                        "at the maximum",
                        because("steady").queue(110, 20).fleet(0, 20, 0).clamped(130, 20, "max-instances 20"),
                        "20 machines are wanted and there; the policy wanted 130, but the maximum is 20 machines"
                                + " (max-instances)."),
                arguments(
                        "at the minimum",
                        because("steady").fleet(0, 1, 0).clamped(0, 1, "min-instances 1"),
                        "1 machine is wanted and there; the policy wanted 0, but the minimum is 1 machine (min-instances)."),
                arguments(
                        "at the schedule's minimum",
                        because("steady").fleet(0, 2, 0).clamped(0, 2, "scheduled minimum 2"),
                        "2 machines are wanted and there; the policy wanted 0, but the schedule's minimum is now 2"
                                + " machines."),
                arguments(
                        "others still end",
                        busy().clamped(4, 4, "max-instances 4 with those that still end"),
                        "4 machines are wanted and 2 are there, but the maximum is 4 machines (max-instances), and those"
                                + " that are still ending count."),
                arguments(
                        "paused",
                        busy().clamped(4, 4, "scale-out paused"),
                        "4 machines are wanted and 2 are there, but scale-out is paused (scale-out.paused)."),
                arguments(
                        "scale-in paused",
                        idle().clamped(0, 0, "scale-in paused"),
                        "no machine is wanted and 2 are there, but scale-in is paused (scale-in.paused)."),
                arguments(
                        "launch trouble",
                        busy().clamped(
                                        4,
                                        4,
                                        "launches pause until 2026-11-22T12:00:40Z after 3 x InsufficientInstanceCapacity"),
                        "4 machines are wanted and 2 are there, but EC2 refused to launch 3 times in a row"
                                + " (InsufficientInstanceCapacity), and the next try comes at 12:00:40 UTC."),
                arguments(
                        "boots fail",
                        busy().clamped(4, 4, "3 boots in a row failed, launches are held until 2026-11-22T12:01:00Z"),
                        "4 machines are wanted and 2 are there, but 3 machines in a row never came so far as to report,"
                                + " and launches are held until 12:01:00 UTC."),
                arguments(
                        "one boot at a time",
                        busy().clamped(4, 4, "3 boots in a row failed, one launch at a time"),
                        "4 machines are wanted and 2 are there, but 3 machines in a row never came so far as to report,"
                                + " and they are launched one at a time until one does."),
                arguments(
                        "no spare left",
                        busy().clamped(4, 4, "no more stopped instances in the set"),
                        "4 machines are wanted and 2 are there, but no stopped machine is left in the set to be started."),
                arguments(
                        "two clamps, one of another version",
                        busy().clamped(9, 4, "max-instances 4", "the moon is full"),
                        "4 machines are wanted and 2 are there, but the maximum is 4 machines (max-instances); the moon is"
                                + " full."),
                arguments(
                        "booting ones are left alone",
                        because("no-work").fleet(1, 0, 0).wanted(0),
                        "no machine is wanted and 1 is there, but machines that still boot are left alone until they"
                                + " report."),
                arguments(
                        "depth unknown",
                        because("depth-unknown").unknownQueue().fleet(0, 1, 0),
                        "the queue's depth could not be read, and no data is never taken for no work."),
                arguments(
                        "instances unknown",
                        because("instances-unknown").queue(3, 0).unknownFleet(),
                        "the machines could not be described, and without that nothing is safe to do."));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whyNothing")
    void hold_shouldSayWhy(String name, Decisions decision, String why) {
        assertThat(DecisionStory.sentence(decision.decision())).isEqualTo("Did nothing: " + why);
    }

    private static Stream<Arguments> policies() {
        return Stream.of(
                arguments(
                        "backlog-time",
                        Map.of(
                                "backlog", 26.0,
                                "arrivalRate", 0.4,
                                "serviceTime", 0.523,
                                "bootMedian", 60.0,
                                "bootP90", 90.0,
                                "slo", 120.0,
                                "allowedWait", 113.5,
                                "neededOut", 2.0,
                                "neededIn", 3.0,
                                "withWork", 1.0),
                        List.of(
                                "It counted a backlog of 26 images with 0.4 more coming in each second, and 0.52 s for an"
                                        + " image on one machine.",
                                "A machine that is launched now is up after 60 s in one case of two, after 90 s in nine of"
                                        + " ten.",
                                "The objective is an answer within 120 s; as the work comes now, an image may wait for"
                                        + " 113.5 s of that.",
                                "That takes 2 machines; machines beyond 3 can be spared for long enough to be let go.",
                                "What waits keeps 1 machine of those that are there at work for another interval.")),
                arguments(
                        "backlog-time",
                        Map.of("neededOut", 0.0, "neededIn", 0.0, "withWork", 0.0),
                        List.of("That takes no machine.")),
                arguments(
                        "message-count",
                        Map.of("messages", 26.0, "messagesPerInstance", 20.0),
                        List.of(
                                "It counted 26 messages, those in work included, and takes a machine for each 20 of them.")),
                arguments(
                        "message-count",
                        Map.of("messages", 1.0, "messagesPerInstance", 1.0),
                        List.of("It counted 1 message, those in work included, and takes a machine for each of them.")),
                arguments(
                        "step",
                        Map.of("messages", 5.0, "active", 2.0),
                        List.of(
                                "It counted 5 messages and 2 machines: there are more messages than machines, so one more"
                                        + " is due.")),
                arguments(
                        "step",
                        Map.of("messages", 0.0, "active", 2.0, "nextStepIn", 4.2),
                        List.of(
                                "It counted no message and 2 machines: there is no message, so one machine less is due.",
                                "It takes one step in each interval, and the next one not before another 4.2 s.")),
                arguments(
                        "step",
                        Map.of("messages", 0.0, "active", 0.0, "nextStepIn", 4.2),
                        List.of("It counted no message and no machine: that calls for no step.")),
                arguments(
                        "alarm",
                        Map.of("visible", 30.0, "high", 25.0, "low", 2.0, "period", 60.0, "highFor", 20.0),
                        List.of(
                                "It counted 30 waiting messages; its alarms are above 25 and below 2, for 60 s.",
                                "The upper threshold has been passed for 20 s.")),
                arguments(
                        "alarm",
                        Map.of(
                                "visible", 1.0,
                                "high", 25.0,
                                "low", 2.0,
                                "period", 60.0,
                                "lowFor", 0.0,
                                "cooldownLeft", 12.5),
                        List.of(
                                "It counted 1 waiting message; its alarms are above 25 and below 2, for 60 s.",
                                "The lower threshold has been passed for 0 s.",
                                "It rests after its last change for another 12.5 s.")),
                arguments(
                        "backlog-per-instance",
                        Map.of("backlog", 26.0, "serviceTime", 0.5, "targetPerInstance", 120.0, "highestLately", 3.0),
                        List.of(
                                "It counted a backlog of 26 images; at 0.5 s an image one machine works off 120 of them"
                                        + " within the acceptable latency.",
                                "Scale-in follows the highest wish of the last while, which is 3.")),
                arguments(
                        "of-another-version",
                        Map.of("y", 0.00123, "x", 1e6),
                        List.of("Its figures: x = 1000000, y = 0.0012.")),
                arguments(
                        "backlog-time",
                        Map.of("backlog", 26.0, "bootMedian", 60.0, "luck", 1.0),
                        List.of("Its figures: backlog = 26, bootMedian = 60, luck = 1.")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("policies")
    void figures_shouldBeSentences(String policy, Map<String, Double> figures, List<String> sentences) {
        List<String> told = part(
                DecisionStory.parts(busy().policy(policy, figures).decision()),
                "What the policy " + policy + " computed");

        assertThat(told.subList(0, told.size() - 1)).isEqualTo(sentences);
        assertThat(told.get(told.size() - 1)).isEqualTo("It wanted 4 machines.");
    }

    private static List<String> part(List<DecisionStory.Part> parts, String title) {
        return parts.stream()
                .filter(part -> part.title().equals(title))
                .findFirst()
                .orElseThrow()
                .sentences();
    }

    @Test
    void wholeStory_shouldHaveAllParts() {
        Decisions decision = because("backlog")
                .number(112_345_678)
                .queue(110, 0)
                .fleet(0, 1, 2)
                .policy("message-count", Map.of("messages", 110.0, "messagesPerInstance", 1.0))
                .clamped(110, 4, "max-instances 4", "max-instances 4 with those that still end")
                .found("instance i-9 has no app-tier id")
                .actions(
                        ok("cancel-drain", 2, ""),
                        ok("launch", 3, ""),
                        new Action("launch", 4, "", "", "InsufficientInstanceCapacity"))
                .shadows(
                        new Shadow(
                                "step",
                                "launch",
                                "backlog",
                                2,
                                1,
                                0,
                                new Vote(2, Map.of("messages", 110.0, "active", 1.0))),
                        new Shadow("alarm", "hold", "backlog", 1, 0, 0, new Vote(1, Map.of())),
                        new Shadow("backlog-time", "drain", "backlog", 4, 0, 2, new Vote(9, Map.of())))
                .expected(100, 3)
                .came(10, 97.5, 3);

        assertThat(DecisionStory.text(decision.decision())).isEqualTo("""
                Decision 112345678 of 2026-11-22 12:00:00 UTC
                Took back the drain of a worker (app-tier id 2); launched a machine (app-tier id 3); tried to launch a \
                machine (app-tier id 4), because 110 images were waiting. It failed: InsufficientInstanceCapacity.

                What was seen
                  110 images were waiting, and no image was in work.
                  1 machine was at work, 0 booting, and 2 asked to end.
                  Found: instance i-9 has no app-tier id.

                What the policy message-count computed
                  It counted 110 messages, those in work included, and takes a machine for each of them.
                  It wanted 110 machines.

                What kept it back
                  The maximum is 4 machines (max-instances).
                  The maximum is 4 machines (max-instances), and those that are still ending count.
                  So 4 machines were aimed at.

                What was done
                  Took back the drain of a worker (app-tier id 2 on i-2). The message was sent; the next reports show \
                whether it was heard.
                  Launched a machine (app-tier id 3 on i-3). EC2 agreed.
                  Tried to launch a machine (app-tier id 4). It failed: InsufficientInstanceCapacity.

                What other policies would have done
                  Step would have wanted 2 machines, and would have started 1 machine.
                  It counted 110 messages and 1 machine: there are more messages than machines, so one more is due.
                  Alarm would have wanted 1 machine, and would have started and ended nothing.
                  Backlog-time would have wanted 9 machines, within the limits 4, and would have asked 2 workers to end.

                What was expected, and what came
                  For 12:00:10 UTC a backlog of 100 images was expected, with 3 machines booting and at work.
                  Then it really was 97.5 images, 2.5 images fewer than expected, with 3 machines.
                """);
    }

    @Test
    void unknown_shouldNeverReadAsZero() {
        String text = DecisionStory.text(because("instances-unknown")
                .unknownQueue()
                .unknownFleet()
                .shadows(new Shadow("step", "hold", "instances-unknown", -1, 0, 0, Vote.NOT_ASKED))
                .decision());

        assertThat(text)
                .contains(
                        "The queue's depth could not be read.",
                        "The machines could not be described.",
                        "It was not asked, because what it decides from was not known.",
                        "Missing data",
                        "Step was not asked either.",
                        "Nothing could be expected, for want of data.")
                .doesNotContain(" -1", " 0 ", "Nothing.\n\nWhat was done", "no machine", "no image");
    }

    @Test
    void withoutTheLease_shouldSayWhoHasIt() {
        Decision held = because("no-lease")
                .unknownQueue()
                .unknownFleet()
                .clamped(-1, -1, "no lease: held by 10.0.0.5:2551/1f0c")
                .decision();

        assertThat(DecisionStory.sentence(held))
                .isEqualTo("Did nothing: another supervisor may be acting; no lease: held by 10.0.0.5:2551/1f0c.");
        assertThat(DecisionStory.text(held))
                .contains("Nobody looked", "No lease: held by 10.0.0.5:2551/1f0c.")
                .doesNotContain("Missing data", " -1", " 0 ");
    }

    @Test
    void forecast_shouldBeComparedWithTheMomentThatWasFound() {
        String title = "What was expected, and what came";

        assertThat(part(DecisionStory.parts(busy().expected(20, 2).decision()), title))
                .last()
                .isEqualTo("What really came then is not known, or not yet.");
        assertThat(part(
                        DecisionStory.parts(
                                busy().expected(20, 2).came(14, 20.2, 2).decision()),
                        title))
                .last()
                .isEqualTo("At 12:00:14 UTC it really was 20.2 images, as expected, with 2 machines.");
        assertThat(part(DecisionStory.parts(busy().expected(0, 2).came(10, 1, 0).decision()), title))
                .last()
                .isEqualTo("Then it really was 1 image, 1 image more than expected, with no machine.");
    }

    /** Every kind that the planner knows, of every outcome: the story must always be told. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "launch",
                "start",
                "set-capacity",
                "assign-id",
                "drain",
                "cancel-drain",
                "request-drain",
                "cancel-request",
                "terminate",
                "stop",
                "of-another-version"
            })
    void everyKindOfEveryOutcome_shouldBeToldWhole(String kind) {
        for (String outcome : List.of(Action.OK, Action.DRY_RUN, Action.BY_HAND, "Throttled: try later")) {
            String text =
                    DecisionStory.text(busy().actions(action(kind, 1, "2", outcome), action(kind, 2, "2", outcome))
                            .decision());

            assertThat(text).contains("What was done\n  ").doesNotContain("null", "..", "  (", " ,");
        }
    }
}
