package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DecodeMemoryTest {
    @Test
    void moreThanThereIs_shouldBeEmptyAtOnce() {
        assertThat(new DecodeMemory(4096).take(4097)).isEmpty();
        assertThat(new DecodeMemory(4096).take(Long.MAX_VALUE / 2)).isEmpty();
    }

    @Test
    void secondLargeImage_shouldWaitForTheFirst() throws InterruptedException {
        DecodeMemory memory = new DecodeMemory(4096);
        DecodeMemory.Share first = memory.take(3000).orElseThrow();
        CountDownLatch taken = new CountDownLatch(1);
        Thread second = new Thread(() -> {
            memory.take(3000).orElseThrow().close();
            taken.countDown();
        });
        second.start();

        assertThat(taken.await(50, TimeUnit.MILLISECONDS)).isFalse();
        first.close();

        assertThat(taken.await(60, TimeUnit.SECONDS)).isTrue();
        second.join();
    }
}
