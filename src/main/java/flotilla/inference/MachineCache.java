package flotilla.inference;

import ai.djl.util.Utils;
import java.nio.file.Path;

/** Folders that the workers of a machine share, below DJL's cache folder ({@code DJL_CACHE_DIR} or {@code ~/.djl.ai}). */
public final class MachineCache {
    private MachineCache() {}

    /** The folder of this name; it may not be there yet. */
    public static Path folder(String name) {
        return Utils.getCacheDir().resolve(name);
    }
}
