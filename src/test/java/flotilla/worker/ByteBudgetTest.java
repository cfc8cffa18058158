package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private final ByteBudget budget = new ByteBudget(100);

    private CompletableFuture<Done> take(long bytes) {
        return budget.take(bytes).toCompletableFuture();
    }

    @Test
    void whatFits_shouldBeLetInAtOnce() {
        assertThat(take(60)).isDone();
        assertThat(take(40)).isDone();
        assertThat(budget.isShort()).isFalse();
    }

    @Test
    void whatDoesNotFit_shouldWaitAndNotBeOvertaken() {
        take(60);
        CompletableFuture<Done> large = take(50);
        CompletableFuture<Done> small = take(1);

        assertThat(large).isNotDone();
        assertThat(small).isNotDone();
        assertThat(budget.isShort()).isTrue();
        budget.giveBack(10);
        assertThat(large).isDone();
        assertThat(small).isNotDone();
        budget.giveBack(1);
        assertThat(small).isDone();
    }

    @Test
    void imageLargerThanAll_shouldBeLetInAlone() {
        take(1);
        CompletableFuture<Done> huge = take(1000);

        assertThat(huge).isNotDone();
        budget.giveBack(1);
        assertThat(huge).isDone();
        assertThat(take(1)).isNotDone();
    }

    @Test
    void anyOrder_shouldStayWithinTheBoundAndLetAllIn() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            ByteBudget any = new ByteBudget(100);
            List<Long> inside = new ArrayList<>();
            int let = 0;
            for (int i = 0; i < 50; i++) {
                long bytes = 1 + random.nextInt(120);
                any.take(bytes).thenAccept(done -> inside.add(bytes));
            }
            while (!inside.isEmpty()) {
                long sum = inside.stream().mapToLong(Long::longValue).sum();
                assertThat(any.taken()).as("seed %d", seed).isEqualTo(sum);
                assertThat(sum <= 100 || inside.size() == 1).as("seed %d", seed).isTrue();
                let++;
                any.giveBack(inside.remove(random.nextInt(inside.size())));
            }
            assertThat(let).as("seed %d", seed).isEqualTo(50);
        }
    }
}
