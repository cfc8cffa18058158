package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class LaunchTokensTest {
    private static final Launch LAUNCH = new Launch(new AppTierId(7), 100);
    private static final Instance INSTANCE = new Instance(
            new InstanceId("i-1"), Optional.of(LAUNCH.tier()), InstanceState.PENDING, FakeFleet.LAUNCHED_AT, "");

    private final List<String> sent = new ArrayList<>();
    private final LaunchTokens tokens = new LaunchTokens("blue");

    /** Answers with the error code given for a token, else with an instance. */
    private Function<String, CompletionStage<Instance>> ec2(Map<String, String> codes) {
        return token -> {
            sent.add(token);
            return codes.containsKey(token)
                    ? CompletableFuture.failedFuture(new LaunchFailedException("refused", codes.get(token), true, null))
                    : CompletableFuture.completedFuture(INSTANCE);
        };
    }

    private CompletableFuture<Instance> launch(Map<String, String> codes) {
        return tokens.launch(LAUNCH, ec2(codes)).toCompletableFuture();
    }

    @Test
    void launch_shouldHaveATokenOfClusterIdAndGeneration() {
        assertThat(launch(Map.of()).join()).isEqualTo(INSTANCE);
        assertThat(sent).containsExactly("blue-7-100");
    }

    @Test
    void tokensThatAreUsedUp_shouldBePassedOverAndRemembered() {
        Map<String, String> usedUp =
                Map.of("blue-7-100", "IdempotentInstanceTerminated", "blue-7-101", "IdempotentParameterMismatch");

        assertThat(launch(usedUp).join()).isEqualTo(INSTANCE);
        launch(usedUp).join();

        assertThat(sent).containsExactly("blue-7-100", "blue-7-101", "blue-7-102", "blue-7-102");
    }

    @Test
    void tokenWhoseMachineIsStoppedOrEnds_shouldBePassedOver() {
        Instance launched = tokens.launch(LAUNCH, token -> {
                    sent.add(token);
                    InstanceState state = InstanceState.values()[5 - sent.size()];
                    return CompletableFuture.completedFuture(
                            new Instance(INSTANCE.id(), INSTANCE.appTierId(), state, INSTANCE.launchedAt(), ""));
                })
                .toCompletableFuture()
                .join();

        // stopping, terminated, shutting down, running
        assertThat(launched.state()).isEqualTo(InstanceState.RUNNING);
        assertThat(sent).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    void otherRefusals_shouldBeTheAnswer() {
        assertThat(launch(Map.of("blue-7-100", "InsufficientInstanceCapacity"))).isCompletedExceptionally();
        assertThat(sent).hasSize(1);
    }

    @Test
    void tokensWithoutEnd_shouldBeGivenUp() {
        CompletableFuture<Instance> launch = tokens.launch(LAUNCH, token -> {
                    sent.add(token);
                    return CompletableFuture.failedFuture(
                            new LaunchFailedException("gone", "IdempotentInstanceTerminated", true, null));
                })
                .toCompletableFuture();

        assertThat(launch).isCompletedExceptionally();
        assertThat(sent).hasSize(60).doesNotHaveDuplicates();
    }

    @Test
    void longName_shouldBeCutAndTheTokenStayDifferent() {
        LaunchTokens longOnes = new LaunchTokens("x".repeat(100));
        longOnes.launch(LAUNCH, ec2(Map.of()));
        longOnes.launch(new Launch(new AppTierId(8), 100), ec2(Map.of()));

        assertThat(sent).doesNotHaveDuplicates().allMatch(token -> token.length() == 64);
    }
}
