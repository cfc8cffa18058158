package flotilla.config;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model.
 *
 * @param path a model folder; empty for the bundled model
 */
public record ModelSettings(Optional<Path> path) {
    static ModelSettings from(Config config) {
        return new ModelSettings(Optional.of(config.getString("path"))
                .filter(value -> !value.isBlank())
                .map(Path::of));
    }
}
