package flotilla.protocol;

/**
 * What one gateway tells the others: a result is stored. It may be lost, for those who wait look into the store too.
 *
 * @param notice the message of the response queue, JSON, as {@link WireFormat} writes it
 */
public record AnswerNews(String notice) implements CborSerializable {}
