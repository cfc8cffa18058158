package flotilla.inference;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import flotilla.config.Precision;
import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.Stream;

/** A model folder's networks for PyTorch. */
final class FolderSource implements ModelSource {
    private final ModelFolder folder;
    private final NetworkEngine engine;

    FolderSource(ModelFolder folder, NetworkEngine engine) {
        this.folder = folder;
        this.engine = engine;
    }

    @Override
    public NetworkEngine engine() {
        return engine;
    }

    @Override
    public ModelSpec spec() {
        return folder.spec();
    }

    @Override
    public List<String> labels() {
        return folder.labels();
    }

    @Override
    public Names names() {
        return folder.names(ModelFolder.NETWORK);
    }

    @Override
    public String plainForm() {
        return ModelFolder.NETWORK;
    }

    @Override
    public List<String> forms(Precision precision) {
        return Stream.of(ModelFolder.form(precision)).filter(folder::has).toList();
    }

    @Override
    public Model load(Tuning way) {
        String form = way.form();
        Model network = Model.newInstance(folder.spec().name(), Device.cpu(), engine.djlName());
        try (InputStream file = folder.openNetwork(form)) {
            network.load(file);
            return network;
        } catch (IOException | MalformedModelException | EngineException e) {
            network.close();
            throw new SettingsException(
                    "the model's " + folder.path(form) + " cannot be loaded (" + DjlErrors.oneLine(e)
                            + "); it must be TorchScript, as torch.jit.save writes it",
                    e);
        }
    }

    @Override
    public String stamp() {
        StringBuilder stamp = new StringBuilder(folder.spec().toString());
        Stream.concat(Stream.of(plainForm()), Stream.of(Precision.values()).map(ModelFolder::form))
                .filter(folder::has)
                .forEach(form -> stamp.append('\n').append(form).append(' ').append(folder.stamp(form)));
        return stamp.toString();
    }
}
