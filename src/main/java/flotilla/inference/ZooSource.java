package flotilla.inference;

import ai.djl.Model;
import com.typesafe.config.Config;
import flotilla.config.Precision;
import java.util.List;

/** A model of a zoo, which has one form. Loading it is the only way to learn anything about it, so it is loaded at once. */
final class ZooSource implements ModelSource {
    private final LoadedModel first;
    private final ModelZooLoader zoo;
    private final Config overrides;
    private final NetworkEngine engine;
    private boolean taken;

    /**
     * @param overrides keys of {@code model.conf} that win over what the zoo says
     */
    ZooSource(ModelZooLoader zoo, Config overrides, NetworkEngine engine) {
        this.zoo = zoo;
        this.overrides = overrides;
        this.engine = engine;
        this.first = zoo.load(engine.djlName(), overrides);
    }

    @Override
    public NetworkEngine engine() {
        return engine;
    }

    @Override
    public ModelSpec spec() {
        return first.spec();
    }

    @Override
    public List<String> labels() {
        return first.labels();
    }

    @Override
    public Names names() {
        return first.names();
    }

    @Override
    public String plainForm() {
        return first.names().network();
    }

    @Override
    public List<String> forms(Precision precision) {
        return List.of();
    }

    @Override
    public Model load(Tuning way) {
        if (!taken) {
            taken = true;
            return first.network();
        }
        return zoo.load(engine.djlName(), overrides).network();
    }

    @Override
    public String stamp() {
        return first.spec() + "\n" + first.network().getModelPath();
    }
}
