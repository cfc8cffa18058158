package flotilla.gateway;

import flotilla.domain.TraceParent;
import flotilla.gateway.ImageIntake.Intake;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The images of one request. When the turn of one has not come, the others do not wait for theirs as long again. */
final class OfferedTogether {
    private final ImageIntake intake;
    private volatile boolean crowded;

    OfferedTogether(ImageIntake intake) {
        this.intake = intake;
    }

    /** As {@link ImageIntake#accept}. */
    CompletionStage<Intake> accept(OfferedImage image, Optional<String> key, Optional<TraceParent> client) {
        if (crowded) {
            return intake.turnAway(image);
        }
        return intake.accept(image, key, client).thenApply(taken -> {
            crowded |= intake.isTurnedAway(taken);
            return taken;
        });
    }
}
