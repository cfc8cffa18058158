package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.SettingsException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On stand-ins for the library's classes; {@link NativeLibrariesIT} holds it to the library itself. */
class OnnxEnvironmentTest {
    private static final String REFUSED = "ONNX Runtime cannot be kept until the process ends (";
    private static final String REMEDY = "): its library is not the one that Flotilla comes with; leave that one on the"
            + " class path, or set flotilla.classifier.engine = pytorch";

    @Test
    void libraryAsExpected_shouldBeAskedForOneMoreReference() {
        Counted.TAKEN.clear();

        assertThatCode(() -> OnnxEnvironment.keep(new Counted(), Library.class.getName()))
                .doesNotThrowAnyException();

        assertThat(Counted.TAKEN).containsExactly("7 2 ort-java");
    }

    @Test
    void referenceToAnotherEnvironment_shouldBeRefused() {
        assertThatThrownBy(() -> OnnxEnvironment.keep(new Several(), Library.class.getName()))
                .isInstanceOf(SettingsException.class)
                .hasMessage(REFUSED + "another reference is to another environment" + REMEDY);
    }

    @Test
    void environmentThatGivesOutNoReference_shouldBeRefusedInOneLine() {
        assertThatThrownBy(() -> OnnxEnvironment.keep(new Bare(), Library.class.getName()))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(REFUSED + "NoSuchMethodException ")
                .hasMessageContaining("createHandle")
                .hasMessageEndingWith(REMEDY)
                .message()
                .hasLineCount(1);
    }

    @Test
    void environmentWithoutItsHandle_shouldBeRefused() {
        assertThatThrownBy(() -> OnnxEnvironment.keep(new Object(), Library.class.getName()))
                .isInstanceOf(SettingsException.class)
                .hasMessage(REFUSED + "NoSuchFieldException nativeHandle" + REMEDY);
    }

    @Test
    void libraryWithoutItsInterface_shouldBeRefused() {
        assertThatThrownBy(() -> OnnxEnvironment.keep(new Counted(), "none.Such"))
                .isInstanceOf(SettingsException.class)
                .hasMessage(REFUSED + "ClassNotFoundException none.Such" + REMEDY);
    }

    @Test
    void libraryThatFails_shouldBeRefusedWithItsOwnWords() {
        assertThatThrownBy(() -> OnnxEnvironment.keep(new Failing(), Library.class.getName()))
                .isInstanceOf(SettingsException.class)
                .hasMessage(REFUSED + "no memory left" + REMEDY);
    }

    static final class Library {
        static long ortApiHandle = 7;
    }

    /** As {@code OrtEnvironment} of ONNX Runtime 1.23. */
    static final class Counted {
        static final List<String> TAKEN = new ArrayList<>();

        final long nativeHandle = 5;

        private static long createHandle(long api, int level, String name) {
            TAKEN.add(api + " " + level + " " + name);
            return 5;
        }
    }

    static final class Several {
        final long nativeHandle = 5;

        private static long createHandle(long api, int level, String name) {
            return 6;
        }
    }

    static final class Bare {
        final long nativeHandle = 5;
    }

    static final class Failing {
        final long nativeHandle = 5;

        private static long createHandle(long api, int level, String name) {
            throw new IllegalStateException("no memory left");
        }
    }
}
