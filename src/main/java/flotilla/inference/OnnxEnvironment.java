package flotilla.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import flotilla.config.SettingsException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * Keeps ONNX Runtime's environment, which every network of the process uses, until the process is gone. The library frees it in a
 * shutdown hook of its own, which runs beside ours: a worker that is asked to end would finish what it has in hand, and close its
 * network, on memory that is freed. The environment counts its references, and the hook gives one back; here another one is
 * taken, which nobody gives back. The library has no public way to do so, hence reflection: one with other insides is refused.
 */
final class OnnxEnvironment {
    /** Its class that knows the native interface. */
    private static final String LIBRARY = "ai.onnxruntime.OnnxRuntime";

    private static boolean kept;

    private OnnxEnvironment() {}

    /**
     * Keeps the environment; does nothing when it is kept. After the library is loaded, and before the first network is.
     *
     * @throws SettingsException when the library is not the one that this is made for
     */
    static synchronized void keep() {
        if (!kept) {
            keep(OrtEnvironment.getEnvironment(), LIBRARY);
            kept = true;
        }
    }

    /**
     * Takes another reference to an environment.
     *
     * @param environment an {@code OrtEnvironment}
     * @param library the name of its class that knows the native interface
     * @throws SettingsException when they are not made as expected
     */
    static void keep(Object environment, String library) {
        long own;
        long taken;
        try {
            long api = api(library);
            own = handle(environment);
            Method create =
                    environment.getClass().getDeclaredMethod("createHandle", long.class, int.class, String.class);
            create.setAccessible(true);
            taken = (long) create.invoke(
                    environment,
                    api,
                    OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue(),
                    OrtEnvironment.DEFAULT_NAME);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new SettingsException(unusable(DjlErrors.oneLine(e)), e);
        }
        if (taken != own) {
            throw new SettingsException(unusable("another reference is to another environment"));
        }
    }

    /** The native interface, as the library hands it to each of its own calls. */
    static long api(String library) throws ReflectiveOperationException {
        return field(Class.forName(library, true, OnnxEnvironment.class.getClassLoader()), "ortApiHandle")
                .getLong(null);
    }

    /** The native environment behind Java's. */
    static long handle(Object environment) throws ReflectiveOperationException {
        return field(environment.getClass(), "nativeHandle").getLong(environment);
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    private static String unusable(String why) {
        return "ONNX Runtime cannot be kept until the process ends (" + why
                + "): its library is not the one that Flotilla comes with; leave that one on the class path, or set "
                + "flotilla.classifier.engine = pytorch";
    }
}
