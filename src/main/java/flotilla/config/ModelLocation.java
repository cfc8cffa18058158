package flotilla.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a model is. */
public sealed interface ModelLocation {
    /** The model in the jar. */
    record Bundled() implements ModelLocation {}

    /**
     * A model folder on this machine.
     *
     * @param name what people called it, when it was fetched from elsewhere
     */
    record Folder(Path path, String name) implements ModelLocation {}

    /**
     * A model folder in S3.
     *
     * @param prefix of the keys, without a slash at its end
     */
    record InS3(String bucket, String prefix) implements ModelLocation {
        @Override
        public String toString() {
            return "s3://" + bucket + "/" + prefix;
        }
    }

    /**
     * A model in a zoo of DJL.
     *
     * @param version any when it is empty
     * @param name of one of the model's artifacts; the first that is listed when it is empty
     */
    record InZoo(String group, String artifact, Optional<String> version, Optional<String> name)
            implements ModelLocation {
        @Override
        public String toString() {
            return "djl://" + group + "/" + artifact
                    + version.map(number -> "/" + number).orElse("")
                    + name.map(text -> "/" + text).orElse("");
        }
    }

    /**
     * Reads {@code flotilla.model.path}.
     *
     * @throws SettingsException when it is a URL that cannot be one of a model
     */
    static ModelLocation of(String path) {
        if (path.isBlank()) {
            return new Bundled();
        }
        if (path.startsWith("s3:")) {
            Matcher url = Urls.S3.matcher(path);
            Checks.that(
                    url.matches(), "flotilla.model.path", "s3://BUCKET/PREFIX of a model folder, not \"" + path + "\"");
            return new InS3(url.group(1), url.group(2));
        }
        if (path.startsWith("djl:")) {
            Matcher url = Urls.ZOO.matcher(path);
            Checks.that(
                    url.matches(),
                    "flotilla.model.path",
                    "djl://GROUP/ARTIFACT[/VERSION[/NAME]], such as djl://ai.djl.pytorch/resnet, not \"" + path + "\"");
            return new InZoo(
                    url.group(1), url.group(2), Optional.ofNullable(url.group(3)), Optional.ofNullable(url.group(4)));
        }
        Checks.that(
                !path.matches("[a-z][a-z0-9+.-]+://.*"),
                "flotilla.model.path",
                "a folder, s3://BUCKET/PREFIX, djl://GROUP/ARTIFACT or \"\", not \"" + path + "\"");
        return new Folder(Path.of(path), path);
    }

    /** The forms of URLs. */
    final class Urls {
        private static final Pattern S3 = Pattern.compile("s3://([^/]+)/(.*[^/])/?");
        private static final Pattern ZOO =
                Pattern.compile("djl://([^/?]+)/([^/?]+)(?:/([0-9][0-9.]*)(?:/([^/?]+))?)?/?");

        private Urls() {}
    }
}
