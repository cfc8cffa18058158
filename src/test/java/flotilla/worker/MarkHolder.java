package flotilla.worker;

import flotilla.domain.RequestId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * A process that has images inside until it is killed, and whose threads are interrupted meanwhile. Arguments: folder, scope, its
 * name, ids.
 */
final class MarkHolder {
    private MarkHolder() {}

    public static void main(String[] arguments) throws IOException {
        AttemptMarks marks = AttemptMarks.open(
                new MarkFolder(Path.of(arguments[0]), arguments[1]),
                arguments[2],
                RunningTime.every(Duration.ofSeconds(1)));
        List<RequestId> ids =
                Arrays.stream(arguments).skip(3).map(RequestId::new).toList();
        Thread.currentThread().interrupt();
        marks.leave(marks.enter(ids));
        marks.enter(ids);
        if (!Thread.interrupted()) {
            throw new IllegalStateException("the interrupt is lost");
        }
        System.out.println("marked");
        // Until the test closes this end or kills the process.
        if (System.in.read() < 0) {
            Runtime.getRuntime().halt(1);
        }
    }
}
