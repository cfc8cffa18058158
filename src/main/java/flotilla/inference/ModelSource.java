package flotilla.inference;

import ai.djl.Model;
import flotilla.config.Precision;
import flotilla.config.SettingsException;
import java.util.List;

/** Where a model comes from, with its network in one form or more. */
interface ModelSource {
    /** What runs its network. */
    NetworkEngine engine();

    ModelSpec spec();

    /** The labels; a label's place is its class number. */
    List<String> labels();

    /** What to call a part of the model in messages. */
    Names names();

    /** Where the parts of a model came from. */
    record Names(String network, String labels, String conf) {}

    /** The form that every model has. */
    String plainForm();

    /** Forms made for this precision, beside the plain one. */
    List<String> forms(Precision precision);

    /**
     * Loads a form to be run in this way; its caller closes it.
     *
     * @throws SettingsException when it cannot be used
     */
    Model load(Tuning way);

    /** Loads a form to be run in one thread; its caller closes it. */
    default Model load(String form) {
        return load(Tuning.inOneThread(form, Layout.PLANAR));
    }

    /** Another text when the files are others; for what was measured with them. */
    String stamp();
}
