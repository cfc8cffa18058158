package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.config.SettingsLoader;
import flotilla.cost.CallCount;
import flotilla.domain.ClassificationResult;
import flotilla.domain.GatewayId;
import flotilla.domain.RequestId;
import flotilla.gateway.ImageIntake.Intake;
import flotilla.inference.ImageHeaders;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.Tracing;
import flotilla.testing.Images;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The intake in manual time; what comes over sockets is {@link HttpInterfaceTest}'s. */
class ImageIntakeTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            ManualTime.config().withFallback(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of())));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final HttpSettings SETTINGS = HttpFixture.settings(
            FlotillaSettings.from(HttpFixture.CONFIG).http(),
            Duration.ofMinutes(1),
            Optional.empty(),
            FlotillaSettings.from(HttpFixture.CONFIG).http().access());

    private final MemoryQueue requests = new MemoryQueue();
    private final MemoryStores.Images images = new MemoryStores.Images(KIT.system());
    private final AtomicInteger read = new AtomicInteger();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static ActorRef<PendingReplies.Command> pending() {
        return KIT.spawn(PendingReplies.create(
                new GatewayId("gateway-1"),
                new MemoryStores.Results(),
                KIT.<SupervisorCommand>createTestProbe().getRef(),
                HttpFixture.MAX_BACKLOG,
                Duration.ofHours(1),
                GatewayMeters.NONE,
                () -> CallCount.NONE,
                new RecentImages(),
                Clock.systemUTC()));
    }

    private ImageIntake intake(ActorRef<PendingReplies.Command> pending) {
        return new ImageIntake(
                KIT.system(),
                new ImageHeaders(SETTINGS.maxPixels()),
                images,
                new RequestSender(
                        KIT.system(),
                        new GatewayId("gateway-1"),
                        requests,
                        pending,
                        GatewayMeters.NONE,
                        new RecentImages(),
                        Clock.systemUTC()),
                new MemoryStores.Keys(),
                new Answers.Lookup() {
                    @Override
                    public CompletionStage<Optional<ClassificationResult>> find(RequestId id) {
                        return CompletableFuture.completedStage(Optional.empty());
                    }

                    @Override
                    public CompletionStage<Unanswered> unanswered(RequestId id) {
                        return CompletableFuture.completedStage(Unanswered.PENDING);
                    }
                },
                pending,
                SETTINGS,
                0,
                GatewayMeters.NONE,
                Tracing.OFF,
                Clock.systemUTC(),
                new Random(3));
    }

    /** Its bytes count when they are read. */
    private Source<ByteString, ?> bytes() {
        return Source.single(ByteString.fromArray(Images.png(4, 3))).map(chunk -> {
            read.incrementAndGet();
            return chunk;
        });
    }

    private static void eventually(Runnable assertion) {
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            assertion.run();
            return null;
        });
    }

    private static CompletableFuture<Intake> accept(ImageIntake intake, OfferedImage image) {
        return intake.accept(image, Optional.empty(), Optional.empty()).toCompletableFuture();
    }

    private static String code(CompletableFuture<Intake> intake) {
        return ((Intake.Refused) intake.join()).problem().code();
    }

    /** What comes behind it in a form would never be reached, and its client wait for nothing. */
    @Test
    void uploadOfWhichNobodySaysWhetherThereIsRoom_shouldBeReadAndRefused() {
        ImageIntake intake =
                intake(KIT.<PendingReplies.Command>createTestProbe().getRef());
        CompletableFuture<Intake> taken = accept(intake, OfferedImage.sent("a.png", 0, bytes()));

        TIME.timePasses(Duration.ofSeconds(6));

        assertThat(code(taken)).isEqualTo("unavailable");
        assertThat(read).hasValue(1);
    }

    @Test
    void imageThatIsNotTaken_shouldBeLeftUnreadWhereItLies() {
        ImageIntake intake = intake(pending());

        assertThat(code(accept(intake, OfferedImage.lying("..", bytes())))).isEqualTo("bad-file-name");
        assertThat(read).hasValue(0);
        assertThat(code(accept(intake, OfferedImage.sent("..", 0, bytes())))).isEqualTo("bad-file-name");
        assertThat(read).hasValue(1);
    }

    /** A zip of thousands would wait for each of them, else. */
    @Test
    void imagesBehindOneWhoseTurnHasNotCome_shouldNotWaitForTheirs() {
        CompletableFuture<Done> stored = new CompletableFuture<>();
        images.gate = stored;
        ImageIntake intake = intake(pending());
        List<CompletableFuture<Intake>> storing = IntStream.range(0, HttpFixture.MAX_UPLOADS)
                .mapToObj(i -> accept(intake, OfferedImage.lying(i + ".png", bytes())))
                .toList();
        eventually(() -> assertThat(images.writesBegun).hasValue(HttpFixture.MAX_UPLOADS));
        OfferedTogether zip = new OfferedTogether(intake);
        AtomicInteger refused = new AtomicInteger();
        CompletableFuture<Intake> first = zip.accept(
                        OfferedImage.lying("a.png", bytes()), Optional.empty(), Optional.empty())
                .whenComplete((done, failure) -> refused.incrementAndGet())
                .toCompletableFuture();
        eventually(() -> {
            TIME.timePasses(SETTINGS.uploadWait());
            assertThat(refused).hasValue(1);
        });

        CompletableFuture<Intake> second = zip.accept(
                        OfferedImage.lying("b.png", bytes()), Optional.empty(), Optional.empty())
                .toCompletableFuture();

        assertThat(code(first)).isEqualTo("unavailable");
        assertThat(second).isCompleted();
        assertThat(code(second)).isEqualTo("unavailable");
        assertThat(read).as("nothing of those is read").hasValue(HttpFixture.MAX_UPLOADS);
        stored.complete(Done.getInstance());
        assertThat(storing).allSatisfy(one -> assertThat(one.join()).isInstanceOf(Intake.Accepted.class));
    }
}
