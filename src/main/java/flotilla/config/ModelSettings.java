package flotilla.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The model.
 *
 * @param zoo a folder in the layout of DJL's zoo that stands in for it
 * @param conf keys of {@code model.conf} that win over the model's own
 */
public record ModelSettings(ModelLocation location, Optional<Path> zoo, Config conf) {
    /** The bundled model as it is. */
    public static final ModelSettings BUNDLED =
            new ModelSettings(new ModelLocation.Bundled(), Optional.empty(), ConfigFactory.empty());

    static ModelSettings from(Config config) {
        return new ModelSettings(
                ModelLocation.of(config.getString("path")),
                Optional.of(config.getString("zoo"))
                        .filter(value -> !value.isBlank())
                        .map(Path::of),
                config.getConfig("conf"));
    }

    /** The same, but the model was fetched to a folder of this machine. */
    public ModelSettings fetchedTo(Path folder) {
        return new ModelSettings(new ModelLocation.Folder(folder, location.toString()), zoo, conf);
    }
}
