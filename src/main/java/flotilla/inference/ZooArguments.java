package flotilla.inference;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.SettingsException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a zoo's metadata say of a model's input and output, in the form of {@code model.conf}. They mean what they mean to
 * DJL's {@code ImageClassificationTranslator}; where they say nothing of the input at all, it is taken for what networks for
 * ImageNet take: 224×224 from the middle of the image with a shorter side of 256, with ImageNet's mean and deviation.
 *
 * @see <a href="https://docs.djl.ai/master/docs/serving/serving/docs/modes.html">DJL, arguments of translators</a>
 */
final class ZooArguments {
    /** The arguments that are looked at. */
    static final List<String> NAMES = List.of(
            "width",
            "height",
            "resize",
            "resizeShort",
            "centerCrop",
            "normalize",
            "range",
            "toTensor",
            "flag",
            "pad",
            "centerFit",
            "applySoftmax",
            "topK");

    private static final List<String> OF_OUTPUT = List.of("applySoftmax", "topK");
    private static final int SIDE = 224;
    private static final double SHORTER_TO_SIDE = 256.0 / 224;
    private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
    private static final List<Double> DEVIATION = List.of(0.229, 0.224, 0.225);

    private final Map<String, String> arguments;
    private final String origin;

    private ZooArguments(Map<String, String> arguments, String origin) {
        this.arguments = arguments;
        this.origin = origin;
    }

    /**
     * @param name of the model
     * @param arguments by the names above
     * @param origin of the arguments, for messages
     * @throws SettingsException when they ask for what is not done here
     */
    static Config toConf(String name, Map<String, String> arguments, String origin) {
        return new ZooArguments(arguments, origin).conf(name);
    }

    private Config conf(String name) {
        refuse("pad");
        refuse("centerFit");
        if (!arguments.getOrDefault("flag", "COLOR").equals("COLOR")) {
            throw unsupported("flag");
        }
        boolean silent = OF_OUTPUT.containsAll(arguments.keySet());
        int width = number("width", SIDE);
        int height = number("height", SIDE);
        List<Double> mean = List.of(0.0, 0.0, 0.0);
        List<Double> deviation = List.of(1.0, 1.0, 1.0);
        String normalize = arguments.getOrDefault("normalize", Boolean.toString(silent));
        if (normalize.equals("true")) {
            mean = MEAN;
            deviation = DEVIATION;
        } else if (!normalize.equals("false")) {
            List<Double> numbers = numbers("normalize", normalize, 6);
            mean = numbers.subList(0, 3);
            deviation = numbers.subList(3, 6);
        }
        boolean scaled = !arguments.getOrDefault("toTensor", "true").equals("false")
                || arguments.getOrDefault("range", "").equals("0,1");
        if (!scaled || arguments.getOrDefault("range", "").equals("-1,1")) {
            throw unsupported("range");
        }
        return ConfigFactory.parseMap(Map.of(
                "name",
                name,
                "input",
                Map.of(
                        "width",
                        width,
                        "height",
                        height,
                        "resize",
                        resize(width, height),
                        "crop",
                        "center",
                        "mean",
                        mean,
                        "std",
                        deviation),
                "output",
                Map.of(
                        "activation",
                        arguments
                                        .getOrDefault("applySoftmax", Boolean.toString(silent))
                                        .equals("true")
                                ? "softmax"
                                : "none",
                        "top-k",
                        number("topK", 5))));
    }

    /** Straight to the input's size, or the shorter side and a crop; both for an image that is stretched before the crop. */
    private String resize(int width, int height) {
        int longer = Math.max(width, height);
        String stretched = arguments.getOrDefault("resize", "false");
        String shorter = arguments.getOrDefault("resizeShort", "false");
        if (stretched.equals("true")) {
            return "stretch";
        }
        if (shorter.equals("true")) {
            return "shorter-" + longer;
        }
        if (!shorter.equals("false")) {
            return "shorter-" + (int) number("resizeShort", shorter.split(",")[0]);
        }
        if (!stretched.equals("false")) {
            String[] sides = stretched.split(",");
            int toWidth = (int) number("resize", sides[0]);
            int toHeight = sides.length > 1 ? (int) number("resize", sides[1]) : toWidth;
            return toWidth == width && toHeight == height ? "stretch" : "shorter-" + Math.min(toWidth, toHeight);
        }
        return "shorter-" + Math.round(longer * SHORTER_TO_SIDE);
    }

    private void refuse(String name) {
        if (!arguments.getOrDefault(name, "false").equals("false")) {
            throw unsupported(name);
        }
    }

    private int number(String name, int otherwise) {
        return arguments.containsKey(name) ? (int) number(name, arguments.get(name)) : otherwise;
    }

    private List<Double> numbers(String name, String text, int count) {
        List<Double> numbers =
                Arrays.stream(text.split(",")).map(part -> number(name, part)).toList();
        if (numbers.size() != count) {
            throw unsupported(name);
        }
        return numbers;
    }

    private double number(String name, String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw unsupported(name);
        }
    }

    private SettingsException unsupported(String name) {
        return new SettingsException(String.format(
                Locale.ROOT,
                "the model %s asks for %s = %s, which is not done here; make a model folder of it",
                origin,
                name,
                arguments.get(name)));
    }
}
