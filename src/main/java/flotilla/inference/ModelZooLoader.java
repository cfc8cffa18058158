package flotilla.inference;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import ai.djl.repository.zoo.BaseModelLoader;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.util.Utils;
import com.typesafe.config.Config;
import flotilla.config.ModelLocation;
import flotilla.config.SettingsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Loads image classifiers from DJL's model zoo, or from a folder in its layout. DJL downloads to its cache folder and finds
 * the network; how an image becomes its input is {@link ZooArguments}', because reference values hold only with our own
 * resize.
 *
 * @see <a href="https://docs.djl.ai/master/docs/model-zoo.html">DJL, model zoo</a>
 */
final class ModelZooLoader {
    /** DJL tells its makers of each start on EC2, unless it is told not to. */
    private static final String OPT_OUT_KEY = "OPT_OUT_TRACKING";

    private static final String SYNSET = "synset.txt";
    /** Before the names of ImageNet's classes; {@code n02124075 Egyptian cat}. */
    private static final Pattern WORDNET_ID = Pattern.compile("n\\d{8}\\s+");

    private final ModelLocation.InZoo location;
    private final Optional<Path> folder;

    /**
     * @param folder stands in for DJL's own zoo
     */
    ModelZooLoader(ModelLocation.InZoo location, Optional<Path> folder) {
        this.location = location;
        this.folder = folder;
    }

    /**
     * Downloads the model, unless it was downloaded before, and loads it.
     *
     * @param engine DJL's name of the engine
     * @param overrides keys of {@code model.conf} that win over what the zoo says
     * @throws SettingsException when there is no such model, or it cannot be fetched or used
     */
    LoadedModel load(String engine, Config overrides) {
        System.setProperty(OPT_OUT_KEY, "true");
        Model network = network(engine);
        try {
            Map<String, String> arguments = new LinkedHashMap<>();
            ZooArguments.NAMES.forEach(name ->
                    Optional.ofNullable(network.getProperty(name)).ifPresent(value -> arguments.put(name, value)));
            ModelSpec spec = ModelConf.read(
                    ZooArguments.toConf(network.getName(), arguments, location.toString()),
                    location.toString(),
                    overrides);
            return new LoadedModel(
                    network,
                    spec,
                    labels(network),
                    new ModelSource.Names(location + " (network)", location + " (synset)", location + " (metadata)"));
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private Model network(String engine) {
        Criteria<NDList, NDList> criteria = Criteria.builder()
                .setTypes(NDList.class, NDList.class)
                .optEngine(engine)
                .optDevice(Device.cpu())
                .build();
        try {
            return new BaseModelLoader(resource()).loadModel(criteria);
        } catch (ModelNotFoundException | IllegalArgumentException e) {
            throw unknown(e);
        } catch (IOException e) {
            throw new SettingsException(
                    "the model " + location + " cannot be fetched (" + DjlErrors.oneLine(e)
                            + "); the network must reach DJL's zoo the first time, or flotilla.model.zoo name a folder in "
                            + "its layout",
                    e);
        } catch (MalformedModelException | EngineException e) {
            throw new SettingsException(
                    "the network of " + location + " cannot be loaded (" + DjlErrors.oneLine(e)
                            + "); it must be TorchScript",
                    e);
        }
    }

    private MRL resource() {
        if (folder.isEmpty()) {
            return Repository.newInstance("zoo", location.toString())
                    .getResources()
                    .get(0);
        }
        Repository repository = Repository.newInstance("zoo", folder.get());
        MRL found = repository.getResources().stream()
                .filter(resource -> location.group().equals(resource.getGroupId())
                        && location.artifact().equals(resource.getArtifactId()))
                .findFirst()
                .orElseThrow(() -> unknown(null));
        return repository.model(
                found.getApplication(),
                location.group(),
                location.artifact(),
                location.version().orElse(null),
                location.name().orElse(null));
    }

    private List<String> labels(Model network) {
        List<String> labels;
        String given = network.getProperty("synset");
        String file = Optional.ofNullable(network.getProperty("synsetFileName")).orElse(SYNSET);
        try {
            labels = given == null ? network.getArtifact(file, Utils::readLines) : Arrays.asList(given.split(","));
        } catch (IOException e) {
            throw new SettingsException(
                    "the model " + location + " has no labels (" + file
                            + "); copy it to a model folder, with labels.txt, and name that",
                    e);
        }
        return labels.stream()
                .map(label -> WORDNET_ID.matcher(label.strip()).replaceFirst(""))
                .toList();
    }

    private SettingsException unknown(Exception cause) {
        return new SettingsException(
                "there is no model " + location + " in "
                        + folder.map(path -> "the zoo folder " + path).orElse("DJL's zoo")
                        + "; check flotilla.model.path and flotilla.model.zoo",
                cause);
    }
}
