package flotilla.inference;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import flotilla.config.SettingsException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code model.conf}, or settings of the same form. Whatever is wrong is a {@link SettingsException} of one line that
 * names the place and the key.
 */
final class ModelConf {
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

    private final String origin;
    private final Config conf;

    private ModelConf(String origin, Config conf) {
        this.origin = origin;
        this.conf = conf;
    }

    /**
     * Reads the text of a {@code model.conf}.
     *
     * @param origin where the text is, for messages
     * @param overrides keys of the same form that win over it
     */
    static ModelSpec read(String text, String origin, Config overrides) {
        try {
            Config conf = ConfigFactory.parseString(
                            text, ConfigParseOptions.defaults().setOriginDescription(origin))
                    .resolve();
            return read(conf, origin, overrides);
        } catch (ConfigException e) {
            throw unreadable(e);
        }
    }

    /** Reads what was parsed before. */
    static ModelSpec read(Config conf, String origin, Config overrides) {
        try {
            String place = overrides.isEmpty() ? origin : origin + " (and flotilla.model.conf, which wins over it)";
            return new ModelConf(place, overrides.withFallback(conf)).spec();
        } catch (ConfigException e) {
            throw unreadable(e);
        }
    }

    private static SettingsException unreadable(ConfigException e) {
        // Its message begins with the origin, which is the path.
        return new SettingsException(
                "the model's " + e.getMessage().replaceAll("\\s*\\R\\s*", " ") + "; mend model.conf", e);
    }

    private ModelSpec spec() {
        Set<String> unknown = new TreeSet<>();
        conf.entrySet().forEach(entry -> unknown.add(entry.getKey()));
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            throw broken("unknown key " + unknown.iterator().next() + "; the keys are " + new TreeSet<>(KEYS));
        }
        int width = number("input.width", 1, MAX_INPUT_SIDE);
        int height = number("input.height", 1, MAX_INPUT_SIDE);
        return new ModelSpec(
                text("name"),
                new ModelSpec.Input(
                        width,
                        height,
                        resize(width, height),
                        channels("input.mean", false),
                        channels("input.std", true)),
                new ModelSpec.Output(activation(), number("output.top-k", 1, 1000)));
    }

    private String text(String key) {
        String text = conf.getString(key);
        if (text.isBlank()) {
            throw broken(key + " is blank; give the model a name");
        }
        return text.strip();
    }

    private int number(String key, int least, int most) {
        int number = conf.getInt(key);
        if (number < least || number > most) {
            throw broken(key + " must be from " + least + " to " + most + ", not " + number);
        }
        return number;
    }

    private ModelSpec.Resize resize(int width, int height) {
        String resize = conf.getString("input.resize");
        String crop = conf.getString("input.crop");
        if (!crop.equals("center") && !crop.equals("none")) {
            throw broken("input.crop must be \"center\" or \"none\", not \"" + crop + "\"");
        }
        if (resize.equals("stretch")) {
            return new ModelSpec.Resize.Stretch();
        }
        Matcher shorter = SHORTER.matcher(resize);
        if (!shorter.matches()) {
            throw broken("input.resize must be \"stretch\" or \"shorter-N\", not \"" + resize + "\"");
        }
        int side = Integer.parseInt(shorter.group(1));
        if (side < Math.max(width, height) || side > MAX_INPUT_SIDE) {
            throw broken("input.resize = \"" + resize + "\" must be from the input's longer side, "
                    + Math.max(width, height) + ", to " + MAX_INPUT_SIDE);
        }
        if (crop.equals("none") && (side != width || side != height)) {
            throw broken("input.resize = \"" + resize + "\" needs input.crop = \"center\"");
        }
        return new ModelSpec.Resize.ShorterThenCentre(side);
    }

    private List<Double> channels(String key, boolean positive) {
        List<Double> values = conf.getDoubleList(key);
        if (values.size() != 3
                || !values.stream().allMatch(value -> Double.isFinite(value) && (!positive || value > 0))) {
            throw broken(key + " must be three numbers" + (positive ? " above 0" : "") + " (R, G, B), not " + values);
        }
        return values;
    }

    private Activation activation() {
        String text = conf.getString("output.activation");
        return switch (text) {
            case "softmax" -> Activation.SOFTMAX;
            case "sigmoid" -> Activation.SIGMOID;
            case "none" -> Activation.NONE;
            default ->
                throw broken("output.activation must be \"softmax\", \"sigmoid\" or \"none\", not \"" + text + "\"");
        };
    }

    private SettingsException broken(String why) {
        return new SettingsException("the model's " + origin + " cannot be used: " + why);
    }
}
