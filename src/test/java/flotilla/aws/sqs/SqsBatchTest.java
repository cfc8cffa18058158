package flotilla.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.sqs.SqsBatch.Rejected;
import flotilla.protocol.InfrastructureException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SqsBatchTest {
    private final List<List<Integer>> requests = new ArrayList<>();
    private final Deque<List<Rejected>> answers = new ArrayDeque<>();
    private final SqsBatch<Integer> batch = new SqsBatch<>("SQS Test on queue q", SqsBatch.LEASE_IS_GONE, this::answer);

    private CompletableFuture<List<Rejected>> answer(List<Integer> entries) {
        requests.add(entries);
        return CompletableFuture.completedFuture(answers.isEmpty() ? List.of() : answers.poll());
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static Rejected fault(int index) {
        return new Rejected(index, "InternalError", false, "try again");
    }

    @Test
    void noEntry_shouldSendNothing() {
        assertThat(Await.result(batch.carryOut(List.of()))).isEmpty();
        assertThat(requests).isEmpty();
    }

    @Test
    void manyEntries_shouldGoTenByTen() {
        assertThat(Await.result(batch.carryOut(numbers(23)))).isEmpty();
        assertThat(requests).extracting(List::size).containsExactly(10, 10, 3);
    }

    @Test
    void goneLeases_shouldBeReportedFromEveryRequest() {
        answers.add(List.of(new Rejected(2, "ReceiptHandleIsInvalid", true, "gone")));
        answers.add(List.of(new Rejected(0, "InvalidParameterValue", true, "The receipt handle has expired")));

        assertThat(Await.result(batch.carryOut(numbers(12)))).containsExactly(2, 10);
    }

    @Test
    void serversFault_shouldBeRepeatedForThatEntryAlone() {
        answers.add(List.of(fault(1), fault(3)));
        answers.add(List.of(fault(1)));

        assertThat(Await.result(batch.carryOut(numbers(5)))).isEmpty();
        assertThat(requests).containsExactly(List.of(0, 1, 2, 3, 4), List.of(1, 3), List.of(3));
    }

    @Test
    void serversFaultAgainAndAgain_shouldFail() {
        IntStream.range(0, 4).forEach(attempt -> answers.add(List.of(fault(0))));

        assertThat(Await.failure(batch.carryOut(numbers(1))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("SQS Test on queue q failed: InternalError: try again")
                .matches(failure -> !((InfrastructureException) failure).isPermanent());
        assertThat(requests).hasSize(4);
    }

    @Test
    void ourFault_shouldFailAtOnce() {
        answers.add(List.of(new Rejected(0, "KmsAccessDenied", true, "no key")));

        assertThat(Await.failure(batch.carryOut(numbers(1))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("SQS Test on queue q failed: KmsAccessDenied: no key")
                .matches(failure -> ((InfrastructureException) failure).isPermanent());
        assertThat(requests).hasSize(1);
    }

    @Test
    void messageThatIsRefused_shouldFail_thoughALeaseWouldBeGone() {
        SqsBatch<Integer> sending = new SqsBatch<>("SQS Test on queue q", Set.of(), this::answer);
        answers.add(List.of(new Rejected(0, "InvalidParameterValue", true, "too long")));

        assertThat(Await.failure(sending.carryOut(numbers(1))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("SQS Test on queue q failed: InvalidParameterValue: too long");
    }
}
