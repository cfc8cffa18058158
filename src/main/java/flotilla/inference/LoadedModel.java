package flotilla.inference;

import ai.djl.Model;
import java.util.List;

/**
 * A network that an engine has loaded, and what belongs to it.
 *
 * @param labels a label's place is its class number
 * @param names what to call its parts in messages
 */
record LoadedModel(Model network, ModelSpec spec, List<String> labels, ModelSource.Names names) {}
