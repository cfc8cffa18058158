package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.app.Examination.Check;
import flotilla.doctor.Finding;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ExaminationTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private static Check check(String name) {
        return new Check(name, () -> List.of(Finding.ok(name, "fine")));
    }

    @Test
    void checks_shouldRunSideBySideAndBeToldInTheirOrder() throws InterruptedException {
        CountDownLatch second = new CountDownLatch(1);
        Check first = new Check("first", () -> {
            second.await();
            return List.of(Finding.ok("first", "after the second"));
        });
        Check last = new Check("second", () -> {
            second.countDown();
            return List.of(Finding.ok("second", "fine"), Finding.ok("second", "once more"));
        });

        assertThat(Examination.run(List.of(first, last), LONG))
                .extracting(Finding::what)
                .containsExactly("after the second", "fine", "once more");
    }

    @Test
    void checkThatThrows_shouldBeAnErrorAndStopNoOther() throws InterruptedException {
        Check failing = new Check("queue q", () -> {
            throw new CompletionException(new InfrastructureException("queue q does not exist; create it", null));
        });
        Check broken = new Check("broken", () -> {
            throw new IllegalStateException();
        });

        assertThat(Examination.run(List.of(failing, broken, check("good")), LONG))
                .containsExactly(
                        Finding.error("queue q", "queue q does not exist", "create it"),
                        Finding.error(
                                "broken",
                                "java.lang.IllegalStateException",
                                "see to what it names, and run doctor again"),
                        Finding.ok("good", "fine"));
    }

    @Test
    void checkThatDoesNotEnd_shouldBeAnErrorAfterTheLimit() throws InterruptedException {
        Check endless = new Check("endpoint S3", () -> {
            new CountDownLatch(1).await();
            return List.of();
        });

        List<Finding> findings = Examination.run(List.of(endless, check("good")), Duration.ofSeconds(5));

        assertThat(findings.get(0).what()).startsWith("no answer within");
        assertThat(findings.get(1)).isEqualTo(Finding.ok("good", "fine"));
    }
}
