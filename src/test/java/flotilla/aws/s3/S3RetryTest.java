package flotilla.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.aws.TestSystem;
import flotilla.protocol.InfrastructureException;
import flotilla.testing.FakeS3;
import flotilla.testing.FakeS3.Asked;
import flotilla.testing.FakeS3.Said;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An S3 that has bad moments. */
class S3RetryTest {
    private static final ByteString BYTES = ByteString.fromString("bytes");
    private static TestSystem system;

    private final Queue<Said> answers = new ConcurrentLinkedQueue<>();
    private FakeS3 s3;
    private AwsClients clients;
    private S3Objects objects;

    @BeforeAll
    static void startSystem() {
        system = new TestSystem();
    }

    @AfterAll
    static void stopSystem() {
        system.close();
    }

    @BeforeEach
    void start() {
        s3 = new FakeS3(asked -> Optional.ofNullable(answers.poll()).orElse(Said.done()));
        clients = AwsClients.open(s3.settings("us-east-1"), 0);
        objects = new S3Objects(system.get(), clients);
    }

    @AfterEach
    void stop() {
        clients.close();
        s3.close();
    }

    private List<String> calls() {
        return s3.asked().stream().map(S3RetryTest::condition).toList();
    }

    /** Method and condition of a request, and whether its signature covers the condition. */
    private static String condition(Asked asked) {
        return asked.method() + " " + asked.headers().getFirst("If-None-Match") + " signed="
                + asked.headers().getFirst("Authorization").contains("if-none-match");
    }

    @Test
    void conditionalConflict_shouldBeTriedAgain() {
        answers.add(Said.error(409, "ConditionalRequestConflict"));
        answers.add(Said.error(409, "ConditionalRequestConflict"));

        assertThat(Await.result(objects.putIfAbsent("bucket", "key", ContentTypes.APPLICATION_JSON, BYTES)))
                .isTrue();
        assertThat(calls()).containsOnly("PUT * signed=true").hasSize(3);
    }

    @Test
    void eachReadAndWrite_shouldBeOneRequest() {
        answers.add(Said.of(200, "image"));

        Await.result(objects.get("bucket", "key"));
        Await.result(objects.put("bucket", "key", ContentTypes.APPLICATION_JSON, BYTES));
        Await.result(objects.putIfAbsent("bucket", "key", ContentTypes.APPLICATION_JSON, BYTES));

        assertThat(calls()).containsExactly("GET null signed=false", "PUT null signed=false", "PUT * signed=true");
        assertThat(clients.calls().soFar().byOperation()).isEqualTo(Map.of("s3:GetObject", 1L, "s3:PutObject", 2L));
    }

    @Test
    void slowDown_shouldBeTriedAgain() {
        answers.add(Said.error(503, "SlowDown"));

        Await.result(objects.put("bucket", "key", ContentTypes.APPLICATION_JSON, BYTES));

        assertThat(calls()).hasSize(2);
    }

    @Test
    void bodyThatBreaksOff_shouldBeReadAgain() {
        answers.add(new Said(200, "0123456789", 4));
        answers.add(Said.of(200, "0123456789"));

        assertThat(Await.result(objects.get("bucket", "key"))).contains(ByteString.fromString("0123456789"));
    }

    @Test
    void refusal_shouldNotBeTriedAgain() {
        answers.add(Said.error(403, "AccessDenied"));

        assertThat(Await.failure(objects.get("bucket", "key")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("S3 GetObject of key in bucket bucket failed: access denied (AccessDenied)");
        assertThat(calls()).hasSize(1);
    }

    @Test
    void errorInASuccessfulAnswer_shouldFailTheCopy() {
        answers.add(Said.error(200, "InternalError"));

        assertThat(Await.failure(objects.copy("bucket", "from", "to")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("S3 CopyObject of to in bucket bucket failed");
    }
}
