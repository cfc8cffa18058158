package flotilla.scaling.chaos.late;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The network between supervisor and workers: what it carries may be lost, doubled and late, so that it overtakes itself. */
final class LateNetwork {
    private static final int USUAL_DELAY = 3;
    private static final int LONG_DELAY = 15;

    private record Letter(int arrives, Runnable delivery) {}

    private final Random random;
    private List<Letter> letters = new ArrayList<>();

    LateNetwork(Random random) {
        this.random = random;
    }

    void send(int now, boolean calm, Runnable delivery) {
        if (calm) {
            letters.add(new Letter(now + 1, delivery));
            return;
        }
        int copies = random.nextInt(8) == 0 ? 0 : random.nextInt(10) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            int delay = random.nextInt(random.nextInt(10) == 0 ? LONG_DELAY : USUAL_DELAY);
            letters.add(new Letter(now + delay, delivery));
        }
    }

    void deliver(int now) {
        List<Letter> all = letters;
        letters = new ArrayList<>();
        for (Letter letter : all) {
            if (letter.arrives() <= now) {
                letter.delivery().run();
            } else {
                letters.add(letter);
            }
        }
    }
}
