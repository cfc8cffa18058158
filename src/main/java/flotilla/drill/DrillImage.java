package flotilla.drill;

/**
 * An image of a drill.
 *
 * @param file the name that its client gives it; no other image of the drill has it
 * @param bytes the encoded image
 * @param label the right answer
 */
public record DrillImage(String file, byte[] bytes, String label) {}
