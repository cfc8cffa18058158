package flotilla.top;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A terminal that shows one frame at a time. Used by one thread; closed by any, more than once if need be. */
interface Screen extends AutoCloseable {
    /** How much room a terminal has; its user may change it at any time. */
    record Room(int columns, int lines) {}

    /** The room that there is now; what was told last when the terminal does not tell, or was closed. May cost a process. */
    Room room();

    /** Shows a frame that was made for this room in place of the one before; after it was closed nothing. */
    void show(Room room, List<TextLine> frame);

    /** Has the next frame drawn as if nothing were on the terminal. */
    void forget();

    /** The next key, or {@link Key#NONE} when none was pressed for so long; {@link Key#QUIT} when it was closed. */
    Key key(Duration within) throws IOException;

    /** Gives the terminal back as it was. */
    @Override
    void close();
}
