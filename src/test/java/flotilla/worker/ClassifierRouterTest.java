package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import flotilla.testing.HandTimer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClassifierRouterTest {
    private static final ActorTestKit KIT = ActorTestKit.create(WorkerFixture.CONFIG);

    private static final Duration HANG_AFTER = Duration.ofMinutes(5);

    private final HandTimer clock = new HandTimer();
    private final RunningTime time = new RunningTime(clock::nanoTime, Duration.ofDays(1));
    private final Runs runs = new Runs();
    private final TestProbe<ClassifierRouter.Reply> replies = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @AfterEach
    void letGo() {
        runs.permits.release(10_000);
    }

    /** A network whose run takes 8 ms whatever is in it; each run waits for a permit, and an image "poison" breaks it. */
    private static final class Runs implements ClassifierFactory {
        final Semaphore permits = new Semaphore(0);
        final BlockingQueue<List<String>> begun = new LinkedBlockingQueue<>();

        @Override
        public String model() {
            return "runs";
        }

        @Override
        public int largestBatch() {
            return 4;
        }

        @Override
        public ImageClassifier create() {
            return new ImageClassifier() {
                @Override
                public List<Outcome> classify(List<EncodedImage> images) {
                    List<String> names =
                            images.stream().map(EncodedImage::fileName).toList();
                    begun.add(names);
                    permits.acquireUninterruptibly();
                    long end = System.nanoTime() + Duration.ofMillis(8).toNanos();
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    if (names.contains("poison")) {
                        throw new IllegalStateException("out of order");
                    }
                    return names.stream()
                            .<Outcome>map(name -> new Outcome.Labelled("runs", List.of(new Prediction(name, 0, 1))))
                            .toList();
                }

                @Override
                public void close() {
                    // Nothing is held.
                }
            };
        }

        @Override
        public void close() {
            // Nothing is shared.
        }

        List<String> next() throws InterruptedException {
            return begun.take();
        }
    }

    /** A suspect's way in, which a test opens. */
    private static final class Door implements ClassifierRouter.Entry {
        final CompletableFuture<Done> open = new CompletableFuture<>();
        final CountDownLatch asked = new CountDownLatch(1);
        final CountDownLatch left = new CountDownLatch(1);

        @Override
        public CompletionStage<Done> enter() {
            asked.countDown();
            return open;
        }

        @Override
        public void left() {
            left.countDown();
        }
    }

    private ActorRef<ClassifierRouter.Command> router(int parallelism) {
        return router(runs, parallelism);
    }

    private ActorRef<ClassifierRouter.Command> router(ClassifierFactory factory, int parallelism) {
        return KIT.spawn(ClassifierRouter.create(
                factory,
                AttemptMarks.unkept("p", time),
                parallelism,
                new ClassifierRouter.Limits(Duration.ofMinutes(10), HANG_AFTER, Duration.ofMillis(5)),
                DispatcherSelector.fromConfig(WorkerNode.CLASSIFIER_DISPATCHER)));
    }

    private EncodedImage ask(ActorRef<ClassifierRouter.Command> router, String name) {
        return ask(router, name, Optional.empty());
    }

    private EncodedImage ask(
            ActorRef<ClassifierRouter.Command> router, String name, Optional<ClassifierRouter.Entry> entry) {
        EncodedImage image = new EncodedImage(name, new byte[1]);
        router.tell(new ClassifierRouter.Classify(
                RequestId.create(Instant.EPOCH, new Random()), image, entry, () -> {}, replies.getRef()));
        return image;
    }

    private String label() {
        ClassifierRouter.Classified done =
                replies.expectMessageClass(ClassifierRouter.Classified.class, Duration.ofSeconds(60));
        assertThat(done.shareMillis()).isLessThanOrEqualTo(done.classifyMillis());
        return ((Outcome.Labelled) done.outcome()).label();
    }

    /** A router of one classifier that has learned that batches of four pay. */
    private ActorRef<ClassifierRouter.Command> learned() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = router(1);
        runs.permits.release(10_000);
        ClassifierRouter.Classified last;
        do {
            IntStream.range(0, 40).forEach(i -> ask(router, "learn"));
            last = null;
            for (int i = 0; i < 40; i++) {
                last = replies.expectMessageClass(ClassifierRouter.Classified.class, Duration.ofSeconds(60));
            }
        } while (last.reach() < 4
                || runs.begun.stream().filter(run -> run.size() == 4).count() < 15);
        runs.permits.drainPermits();
        runs.begun.clear();
        return router;
    }

    @Test
    void waitingImages_shouldBeRunTogetherOnceThatIsKnownToPay() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = learned();

        IntStream.range(0, 6).forEach(i -> ask(router, "image-" + i));

        assertThat(runs.next()).containsExactly("image-0");
        runs.permits.release(3);
        assertThat(runs.next()).containsExactly("image-1", "image-2", "image-3", "image-4");
        assertThat(runs.next()).containsExactly("image-5");
        for (int i = 0; i < 6; i++) {
            assertThat(label()).isEqualTo("image-" + i);
        }
    }

    @Test
    void runThatBreaks_shouldBeTriedImageByImage() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = learned();
        ask(router, "first");
        List.of("a", "poison", "b", "c", "d").forEach(name -> ask(router, name));
        assertThat(runs.next()).containsExactly("first");

        runs.permits.release(10);

        assertThat(runs.next()).containsExactly("a", "poison", "b", "c");
        assertThat(runs.next()).containsExactly("a");
        assertThat(runs.next()).containsExactly("poison");
        assertThat(runs.next()).containsExactly("b");
        assertThat(runs.next()).containsExactly("c");
        assertThat(runs.next()).containsExactly("d");
        assertThat(label()).isEqualTo("first");
        assertThat(label()).isEqualTo("a");
        replies.expectMessage(Duration.ofSeconds(60), new ClassifierRouter.Broken("out of order"));
        assertThat(label()).isEqualTo("b");
        assertThat(label()).isEqualTo("c");
        assertThat(label()).isEqualTo("d");
    }

    @Test
    void runThatBreaksWhenNothingIsToBeBegun_shouldGoBack() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = learned();
        ask(router, "first");
        List.of("a", "poison").forEach(name -> ask(router, name));
        assertThat(runs.next()).containsExactly("first");
        runs.permits.release();
        assertThat(runs.next()).containsExactly("a", "poison");

        router.tell(new ClassifierRouter.ReturnWaiting());
        runs.permits.release(10);

        assertThat(label()).isEqualTo("first");
        replies.expectMessage(Duration.ofSeconds(60), new ClassifierRouter.Returned());
        replies.expectMessage(Duration.ofSeconds(60), new ClassifierRouter.Returned());
        assertThat(runs.begun).isEmpty();
    }

    @Test
    void suspect_shouldBeAloneInTheProcessAndEnterOnlyWhenThatIsDurable() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = router(2);
        Door door = new Door();
        ask(router, "before");
        assertThat(runs.next()).containsExactly("before");
        ask(router, "suspect", Optional.of(door));
        ask(router, "after-1");
        ask(router, "after-2");
        assertThat(door.asked.getCount())
                .as("asked while another image is inside")
                .isEqualTo(1);

        runs.permits.release();
        assertThat(label()).isEqualTo("before");
        door.asked.await();
        assertThat(runs.begun).isEmpty();
        door.open.complete(Done.getInstance());
        assertThat(runs.next()).containsExactly("suspect");
        assertThat(runs.begun).as("inside beside the suspect").isEmpty();
        assertThat(door.left.getCount()).as("left while it is inside").isEqualTo(1);
        runs.permits.release();
        assertThat(label()).isEqualTo("suspect");
        door.left.await();

        assertThat(List.of(runs.next(), runs.next())).containsExactlyInAnyOrder(List.of("after-1"), List.of("after-2"));
    }

    @Test
    void suspectWhoseEntryCannotBeMadeDurable_shouldNotEnter() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = router(1);

        Door door = new Door();
        door.open.completeExceptionally(new IllegalStateException("away"));
        ask(router, "suspect", Optional.of(door));
        ask(router, "next");

        assertThat(replies.expectMessageClass(ClassifierRouter.Broken.class).message())
                .contains("away");
        door.left.await();
        assertThat(runs.next()).containsExactly("next");
    }

    @Test
    void forgottenImage_shouldNotBeClassified() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = router(1);
        ask(router, "first");
        EncodedImage late = ask(router, "late");
        ask(router, "next");

        router.tell(new ClassifierRouter.Forget(late));
        assertThat(runs.next()).containsExactly("first");
        runs.permits.release(2);

        assertThat(runs.next()).containsExactly("next");
    }

    @Test
    void lineOfAnEarlierStream_shouldNotBeClassified() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = router(1);
        ask(router, "first");
        ask(router, "old");

        router.tell(new ClassifierRouter.ForgetWaiting());
        ask(router, "new");
        assertThat(runs.next()).containsExactly("first");
        runs.permits.release(2);

        assertThat(runs.next()).containsExactly("new");
    }

    @Test
    void returnWaiting_shouldSendBackWhatIsNotBegunAndWhatComesUntilImagesAreTakenAgain() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = router(2);
        List.of("a", "b", "c").forEach(name -> ask(router, name));
        runs.next();
        runs.next();

        router.tell(new ClassifierRouter.ReturnWaiting());
        replies.expectMessage(new ClassifierRouter.Returned());
        ask(router, "d");
        replies.expectMessage(new ClassifierRouter.Returned());

        router.tell(new ClassifierRouter.TakeAgain());
        ask(router, "e");
        runs.permits.release(3);
        assertThat(List.of(label(), label(), label())).containsExactlyInAnyOrder("a", "b", "e");
    }

    @Test
    void suspectThatIsForgottenBeforeItEnters_shouldNotEnterAndLeaveNoAttempt() throws InterruptedException {
        for (boolean all : List.of(false, true)) {
            ActorRef<ClassifierRouter.Command> router = router(1);
            Door door = new Door();
            EncodedImage suspect = ask(router, "suspect", Optional.of(door));
            door.asked.await();
            ask(router, "with-it");

            router.tell(all ? new ClassifierRouter.ForgetWaiting() : new ClassifierRouter.Forget(suspect));
            ask(router, "next");
            door.open.complete(Done.getInstance());

            door.left.await();
            assertThat(runs.next()).containsExactly(all ? "next" : "with-it");
            runs.permits.release(2);
            assertThat(label()).isEqualTo(all ? "next" : "with-it");
            if (!all) {
                assertThat(label()).isEqualTo("next");
                runs.begun.clear();
            }
        }
    }

    @Test
    void suspectThatIsReturnedBeforeItEnters_shouldLeaveNoAttempt() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = router(1);
        Door door = new Door();
        ask(router, "suspect", Optional.of(door));
        door.asked.await();

        router.tell(new ClassifierRouter.ReturnWaiting());
        door.open.complete(Done.getInstance());

        replies.expectMessage(Duration.ofSeconds(60), new ClassifierRouter.Returned());
        door.left.await();
        assertThat(runs.begun).isEmpty();
    }

    @Test
    void classifiersThatCannotBeReplaced_shouldEndTheRouter() {
        AtomicInteger made = new AtomicInteger();
        ClassifierFactory none = new ClassifierFactory() {
            @Override
            public String model() {
                return "none";
            }

            @Override
            public ImageClassifier create() {
                made.incrementAndGet();
                throw new IllegalStateException("no memory left");
            }

            @Override
            public void close() {
                // Nothing is shared.
            }
        };

        ActorRef<ClassifierRouter.Command> router = router(none, 2);

        KIT.createTestProbe().expectTerminated(router, Duration.ofMinutes(2));
        assertThat(made.get()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void imageThatAClassifierNeverBegins_shouldEndTheRouterOnceThatIsLongerThanAHang() throws InterruptedException {
        ActorRef<ClassifierRouter.Command> router = router(1);
        EncodedImage image = ask(router, "image");
        runs.next();
        router.tell(new ClassifierRouter.Forget(image));
        ask(router, "next");

        clock.pass(HANG_AFTER);
        router.tell(new ClassifierRouter.Forget(image));

        runs.permits.release(10);
        KIT.createTestProbe().expectTerminated(router, Duration.ofMinutes(1));
    }
}
