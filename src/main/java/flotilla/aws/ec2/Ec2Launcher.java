package flotilla.aws.ec2;

import flotilla.aws.AwsErrors;
import flotilla.aws.ec2.LaunchPlaces.Place;
import flotilla.domain.AppTierId;
import flotilla.scaling.Instance;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;

/**
 * Launches one machine, at the first place that has capacity. It goes on to the next place only when EC2 has answered that it
 * launched nothing at this one. Where a call got no answer, a repeated launch begins at that place, with its token, whatever
 * place would come first by now: so one launch never gives two machines. Safe for several threads.
 */
final class Ec2Launcher {
    private static final Logger log = LoggerFactory.getLogger(Ec2Launcher.class);
    /** EC2 remembers a client token this long at least. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);

    /** What is to be launched. */
    private record Wanted(AppTierId id, String token, String userData) {}

    private record Refusal(Place place, String code) {
        boolean coversAlso(Place other) {
            return other.equals(place)
                    || Ec2Launch.noMoreOfTheType(code) && other.type().equals(place.type());
        }

        @Override
        public String toString() {
            return place + " (" + code + ")";
        }
    }

    /** Where a launch got no answer. */
    private record Unanswered(Place place, Instant since) {}

    private final Ec2AsyncClient client;
    private final Ec2Launch launch;
    private final LaunchPlaces places;
    private final Clock clock;
    private final Map<String, Unanswered> unanswered = new ConcurrentHashMap<>();

    Ec2Launcher(Ec2AsyncClient client, Ec2Launch launch, LaunchPlaces places, Clock clock) {
        this.client = client;
        this.launch = launch;
        this.places = places;
        this.clock = clock;
    }

    /** Fails with {@link LaunchFailedException}. */
    CompletionStage<Instance> launch(AppTierId id, String clientToken, String userData) {
        Instant forgotten = clock.instant().minus(TOKEN_LIFE);
        unanswered.values().removeIf(one -> one.since().isBefore(forgotten));
        Wanted wanted = new Wanted(id, clientToken, userData);
        Place first = next(wanted, List.of()).orElseThrow();
        return launch(wanted, first, List.of());
    }

    private Optional<Place> next(Wanted wanted, List<Refusal> refusals) {
        Optional<Place> open =
                Optional.ofNullable(unanswered.get(wanted.token())).map(Unanswered::place);
        return open.or(() -> places.inOrder().stream()
                .filter(place -> refusals.stream().noneMatch(refusal -> refusal.coversAlso(place)))
                .findFirst());
    }

    private CompletionStage<Instance> launch(Wanted wanted, Place place, List<Refusal> refusals) {
        RunInstancesRequest request = launch.request(wanted.id(), place, wanted.userData())
                .clientToken(place.token(wanted.token()))
                .build();
        return client.runInstances(request)
                .handle((response, failure) -> failure == null
                        ? launched(wanted, place, response, refusals)
                        : failed(wanted, place, refusals, failure))
                .thenCompose(Function.identity());
    }

    private CompletionStage<Instance> launched(
            Wanted wanted, Place place, RunInstancesResponse response, List<Refusal> refusals) {
        if (response.instances().isEmpty()) {
            return unknown(
                    wanted,
                    place,
                    new LaunchFailedException(
                            operation(wanted, place) + " answered with no instance", "", false, null));
        }
        unanswered.remove(wanted.token());
        Instance launched = Ec2Tags.toOwn(response.instances().get(0));
        if (!refusals.isEmpty()) {
            log.info("app-tier id {} launched as {}{}", wanted.id(), place, before(refusals));
        }
        return CompletableFuture.completedFuture(new Instance(
                launched.id(),
                Optional.of(wanted.id()),
                launched.state(),
                launched.launchedAt(),
                launched.type(),
                launched.spot()));
    }

    private CompletionStage<Instance> failed(Wanted wanted, Place place, List<Refusal> refusals, Throwable failure) {
        String message = AwsErrors.wrap(operation(wanted, place), failure).getMessage() + before(refusals);
        String code = AwsErrors.code(failure);
        if (!Ec2Launch.outcomeKnown(failure)) {
            return unknown(wanted, place, new LaunchFailedException(message, code, false, AwsErrors.unwrap(failure)));
        }
        unanswered.remove(wanted.token());
        if (!Ec2Launch.noCapacity(code)) {
            return CompletableFuture.failedFuture(
                    new LaunchFailedException(message, code, true, AwsErrors.unwrap(failure)));
        }
        Refusal refusal = new Refusal(place, code);
        places.inOrder().stream().filter(refusal::coversAlso).forEach(places::hadNoCapacity);
        List<Refusal> all = new ArrayList<>(refusals);
        all.add(refusal);
        return next(wanted, all)
                .map(other -> launch(wanted, other, all))
                .orElseGet(() -> CompletableFuture.failedFuture(
                        new LaunchFailedException(message, all.get(0).code(), true, AwsErrors.unwrap(failure))));
    }

    private CompletionStage<Instance> unknown(Wanted wanted, Place place, LaunchFailedException failure) {
        unanswered.put(wanted.token(), new Unanswered(place, clock.instant()));
        return CompletableFuture.failedFuture(failure);
    }

    private String operation(Wanted wanted, Place place) {
        return "EC2 RunInstances of app-tier id " + wanted.id()
                + (places.inOrder().size() > 1 ? " as " + place : "");
    }

    private static String before(List<Refusal> refusals) {
        return refusals.isEmpty()
                ? ""
                : refusals.stream()
                        .map(Refusal::toString)
                        .collect(Collectors.joining(", ", "; before that no capacity for ", ""));
    }
}
