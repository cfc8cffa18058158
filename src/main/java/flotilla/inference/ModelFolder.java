package flotilla.inference;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.InferenceEngine;
import flotilla.config.Precision;
import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A model as it lies in a folder, or in the jar: {@code model.conf}, {@code labels.txt} and its network, {@code model.pt} or
 * {@code model.onnx}. Whatever is wrong with it is a {@link SettingsException} of one line that names the file and says what to do.
 */
final class ModelFolder {
    /** Where the jar carries its model, on the class path. */
    static final String BUNDLED = "flotilla/models/openimages23";

    static final String CONF = "model.conf";
    static final String LABELS = "labels.txt";
    static final String NETWORK = "model.pt";
    static final String ONNX = "model.onnx";

    /** Where newer exporters put a network's weights; neither a copy from S3 nor what is kept of a measurement knows it. */
    private static final String ONNX_WEIGHTS = ONNX + ".data";

    /** What to do where {@link #ONNX} is missing. */
    static final String ONNX_REMEDY =
            "make it with models/optimize.py --onnx, or set flotilla.classifier.engine = pytorch";

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

        boolean has(String file);

        /** The file itself, where it is one of its own. */
        Optional<Path> file(String file);

        /** Another text when the file is another one. */
        String stamp(String file) throws IOException;
    }

    private record OnDisk(Path folder) implements Source {
        @Override
        public InputStream open(String file) throws IOException {
            return Files.newInputStream(folder.resolve(file));
        }

        @Override
        public boolean has(String file) {
            return Files.isRegularFile(folder.resolve(file));
        }

        @Override
        public Optional<Path> file(String file) {
            return Optional.of(folder.resolve(file));
        }

        @Override
        public String stamp(String file) throws IOException {
            return stampOf(folder.resolve(file));
        }
    }

    private static String stampOf(Path file) throws IOException {
        Path path = file.toRealPath();
        return path + " " + Files.size(path) + " " + Files.getLastModifiedTime(path);
    }

    private record OnClassPath(ClassLoader loader, String path) implements Source {
        @Override
        public InputStream open(String file) throws IOException {
            InputStream stream = loader.getResourceAsStream(path + "/" + file);
            if (stream == null) {
                throw new NoSuchFileException(file);
            }
            return stream;
        }

        @Override
        public boolean has(String file) {
            return loader.getResource(path + "/" + file) != null;
        }

        @Override
        public Optional<Path> file(String file) {
            return Optional.empty();
        }

        @Override
        public String stamp(String file) throws IOException {
            URL url = loader.getResource(path + "/" + file);
            if (url == null) {
                throw new NoSuchFileException(file);
            }
            if (url.openConnection() instanceof JarURLConnection jar) {
                // A jar that is built anew holds the same network most of the time.
                return file + " crc " + jar.getJarEntry().getCrc() + " "
                        + jar.getJarEntry().getSize();
            }
            try {
                return stampOf(Path.of(url.toURI()));
            } catch (URISyntaxException e) {
                throw new IOException("no path: " + url, e);
            }
        }
    }

    private ModelFolder(String location, Source source, Config overrides) {
        this.location = location;
        this.source = source;
        this.spec = ModelConf.read(read(CONF), path(CONF), overrides);
        this.labels = readLabels();
    }

    private ModelFolder(String location, Source source) {
        this(location, source, ConfigFactory.empty());
    }

    /**
     * A model in a folder.
     *
     * @param location what to call the folder in messages
     * @throws SettingsException when it is missing or broken
     */
    static ModelFolder at(Path folder, String location) {
        if (!Files.isDirectory(folder)) {
            throw new SettingsException(
                    "there is no model folder " + location + "; set flotilla.model.path to a folder with " + CONF + ", "
                            + LABELS + " and its network, or to \"\" for the bundled model");
        }
        return new ModelFolder(location, new OnDisk(folder));
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
        return new ModelFolder("class path " + path, new OnClassPath(loader, path));
    }

    /**
     * The same model with another configuration.
     *
     * @param overrides keys of {@code model.conf} that win over it
     */
    ModelFolder with(Config overrides) {
        return overrides.isEmpty() ? this : new ModelFolder(location, source, overrides);
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

    /** What to call its parts in messages when this is its network. */
    ModelSource.Names names(String network) {
        return new ModelSource.Names(path(network), path(LABELS), path(CONF));
    }

    /** The file of the plain network that an engine runs. */
    static String network(InferenceEngine engine) {
        return switch (engine) {
            case PYTORCH -> NETWORK;
            case ONNXRUNTIME -> ONNX;
        };
    }

    /**
     * Finds out whether it has a network for an engine.
     *
     * @throws SettingsException when it lacks the file, or has a network's weights beside it
     */
    void requireNetwork(InferenceEngine engine) {
        if (!has(network(engine))) {
            throw unreadable(network(engine), new NoSuchFileException(network(engine)));
        }
        if (engine == InferenceEngine.ONNXRUNTIME && has(ONNX_WEIGHTS)) {
            throw broken(
                    ONNX_WEIGHTS,
                    "weights must be in " + ONNX
                            + " itself; make that with models/optimize.py --onnx, and remove this file");
        }
    }

    /** The file of the form that is made for a precision, such as {@code model.fp32.pt}; a folder may lack it. */
    static String form(Precision precision) {
        return "model." + precision.name().toLowerCase(Locale.ROOT) + ".pt";
    }

    /** Whether there is a file of this name. */
    boolean has(String file) {
        return source.has(file);
    }

    /** The file itself; empty for one that is in a jar. */
    Optional<Path> file(String file) {
        return source.file(file);
    }

    /** Another text when the file is another one. */
    String stamp(String file) {
        try {
            return source.stamp(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * A network; its reader closes it.
     *
     * @param file {@link #NETWORK} or another form of it, or {@link #ONNX}
     */
    InputStream openNetwork(String file) {
        try {
            return source.open(file);
        } catch (IOException e) {
            throw unreadable(file, e);
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

    private String read(String file) {
        try (InputStream stream = source.open(file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private SettingsException unreadable(String file, IOException e) {
        String why = e instanceof NoSuchFileException ? "it is missing" : "cannot read it: " + e.getMessage();
        String remedy = "a model folder holds " + CONF + ", " + LABELS + " and its network";
        if (file.equals(ONNX)) {
            remedy = ONNX_REMEDY;
        } else if (file.equals(NETWORK) && has(ONNX)) {
            remedy = "for its " + ONNX + " set flotilla.classifier.engine = onnxruntime";
        }
        return new SettingsException("the model's " + path(file) + " cannot be used: " + why + "; " + remedy, e);
    }

    private SettingsException broken(String file, String why) {
        return new SettingsException("the model's " + path(file) + " cannot be used: " + why);
    }
}
