package flotilla.inference;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model as it lies in a folder, or in the jar: {@code model.conf}, {@code labels.txt} and {@code model.pt}. Whatever is
 * wrong with it is a {@link SettingsException} of one line that names the file and says what to do.
 */
final class ModelFolder {
    /** Where the jar carries its model, on the class path. */
    static final String BUNDLED = "flotilla/models/openimages23";

    static final String CONF = "model.conf";
    static final String LABELS = "labels.txt";
    static final String NETWORK = "model.pt";

    private static final Set<String> KEYS = Set.of(
            "name",
            "input.width",
            "input.height",
            "input.resize",
            "input.crop",
            "input.mean",
            "input.std",
            "output.activation",
            "output.top-k");
    private static final Pattern SHORTER = Pattern.compile("shorter-(\\d{1,5})");
    private static final int MAX_INPUT_SIDE = 4096;

    private final String location;
    private final Source source;
    private final ModelSpec spec;
    private final List<String> labels;

    /** Where the files are. */
    private interface Source {
        /**
         * @throws NoSuchFileException when there is none of this name
         */
        InputStream open(String file) throws IOException;
    }

    private ModelFolder(String location, Source source) {
        this.location = location;
        this.source = source;
        this.spec = readSpec();
        this.labels = readLabels();
    }

    /**
     * A model in a folder.
     *
     * @throws SettingsException when it is missing or broken
     */
    static ModelFolder at(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new SettingsException(
                    "there is no model folder " + folder + "; set flotilla.model.path to a folder with " + CONF + ", "
                            + LABELS + " and " + NETWORK + ", or to \"\" for the bundled model");
        }
        return new ModelFolder(folder.toString(), file -> Files.newInputStream(folder.resolve(file)));
    }

    /**
     * The model in the jar.
     *
     * @throws SettingsException when this build has none
     */
    static ModelFolder bundled() {
        return onClassPath(BUNDLED);
    }

    /** A model on the class path, below {@code path}. */
    static ModelFolder onClassPath(String path) {
        ClassLoader loader = ModelFolder.class.getClassLoader();
        if (loader.getResource(path + "/" + CONF) == null) {
            throw new SettingsException(
                    "this build carries no model (class path " + path + "); set flotilla.model.path to a model folder");
        }
        return new ModelFolder("class path " + path, file -> {
            InputStream stream = loader.getResourceAsStream(path + "/" + file);
            if (stream == null) {
                throw new NoSuchFileException(file);
            }
            return stream;
        });
    }

    ModelSpec spec() {
        return spec;
    }

    /** The labels; a label's place is its class number. */
    List<String> labels() {
        return labels;
    }

    /** Where a file of this model is, for messages. */
    String path(String file) {
        return location + "/" + file;
    }

    /** The TorchScript network; its reader closes it. */
    InputStream openNetwork() {
        try {
            return source.open(NETWORK);
        } catch (IOException e) {
            throw unreadable(NETWORK, e);
        }
    }

    private List<String> readLabels() {
        List<String> lines = read(LABELS).lines().map(String::strip).toList();
        if (lines.isEmpty()) {
            throw broken(LABELS, "it is empty; write one label a line");
        }
        int blank = lines.indexOf("");
        if (blank >= 0) {
            throw broken(LABELS, "line " + (blank + 1) + " is blank; write one label a line, line number = class");
        }
        return lines;
    }

    private ModelSpec readSpec() {
        try {
            Config conf = ConfigFactory.parseString(
                            read(CONF), ConfigParseOptions.defaults().setOriginDescription(path(CONF)))
                    .resolve();
            Set<String> unknown = new TreeSet<>();
            conf.entrySet().forEach(entry -> unknown.add(entry.getKey()));
            unknown.removeAll(KEYS);
            if (!unknown.isEmpty()) {
                throw broken(
                        CONF, "unknown key " + unknown.iterator().next() + "; the keys are " + new TreeSet<>(KEYS));
            }
            int width = number(conf, "input.width", 1, MAX_INPUT_SIDE);
            int height = number(conf, "input.height", 1, MAX_INPUT_SIDE);
            return new ModelSpec(
                    text(conf, "name"),
                    new ModelSpec.Input(
                            width,
                            height,
                            resize(conf, width, height),
                            channels(conf, "input.mean", false),
                            channels(conf, "input.std", true)),
                    new ModelSpec.Output(activation(conf), number(conf, "output.top-k", 1, 1000)));
        } catch (ConfigException e) {
            // Its message begins with the origin, which is the path.
            throw new SettingsException(
                    "the model's " + e.getMessage().replaceAll("\\s*\\R\\s*", " ") + "; mend " + CONF, e);
        }
    }

    private String text(Config conf, String key) {
        String text = conf.getString(key);
        if (text.isBlank()) {
            throw broken(CONF, key + " is blank; give the model a name");
        }
        return text.strip();
    }

    private int number(Config conf, String key, int least, int most) {
        int number = conf.getInt(key);
        if (number < least || number > most) {
            throw broken(CONF, key + " must be from " + least + " to " + most + ", not " + number);
        }
        return number;
    }

    private ModelSpec.Resize resize(Config conf, int width, int height) {
        String resize = conf.getString("input.resize");
        String crop = conf.getString("input.crop");
        if (!crop.equals("center") && !crop.equals("none")) {
            throw broken(CONF, "input.crop must be \"center\" or \"none\", not \"" + crop + "\"");
        }
        if (resize.equals("stretch")) {
            return new ModelSpec.Resize.Stretch();
        }
        Matcher shorter = SHORTER.matcher(resize);
        if (!shorter.matches()) {
            throw broken(CONF, "input.resize must be \"stretch\" or \"shorter-N\", not \"" + resize + "\"");
        }
        int side = Integer.parseInt(shorter.group(1));
        if (side < Math.max(width, height) || side > MAX_INPUT_SIDE) {
            throw broken(
                    CONF,
                    "input.resize = \"" + resize + "\" must be from the input's longer side, " + Math.max(width, height)
                            + ", to " + MAX_INPUT_SIDE);
        }
        if (crop.equals("none") && (side != width || side != height)) {
            throw broken(CONF, "input.resize = \"" + resize + "\" needs input.crop = \"center\"");
        }
        return new ModelSpec.Resize.ShorterThenCentre(side);
    }

    private List<Double> channels(Config conf, String key, boolean positive) {
        List<Double> values = conf.getDoubleList(key);
        if (values.size() != 3
                || !values.stream().allMatch(value -> Double.isFinite(value) && (!positive || value > 0))) {
            throw broken(
                    CONF, key + " must be three numbers" + (positive ? " above 0" : "") + " (R, G, B), not " + values);
        }
        return values;
    }

    private Activation activation(Config conf) {
        String text = conf.getString("output.activation");
        return switch (text) {
            case "softmax" -> Activation.SOFTMAX;
            case "sigmoid" -> Activation.SIGMOID;
            case "none" -> Activation.NONE;
            default ->
                throw broken(
                        CONF, "output.activation must be \"softmax\", \"sigmoid\" or \"none\", not \"" + text + "\"");
        };
    }

    private String read(String file) {
        try (InputStream stream = source.open(file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private SettingsException unreadable(String file, IOException e) {
        String why = e instanceof NoSuchFileException ? "it is missing" : "cannot read it: " + e.getMessage();
        return new SettingsException(
                "the model's " + path(file) + " cannot be used: " + why + "; a model folder holds " + CONF + ", "
                        + LABELS + " and " + NETWORK,
                e);
    }

    private SettingsException broken(String file, String why) {
        return new SettingsException("the model's " + path(file) + " cannot be used: " + why);
    }
}
