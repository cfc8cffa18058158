package flotilla.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;

/** Reads a count; one that a node of an earlier version does not send is unknown, which is -1 and never 0. */
final class CountOrUnknown extends StdDeserializer<Long> {
    private static final long serialVersionUID = 1L;
    private static final Long UNKNOWN = -1L;

    CountOrUnknown() {
        super(Long.class);
    }

    @Override
    public Long deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        return parser.getLongValue();
    }

    @Override
    public Long getNullValue(DeserializationContext context) {
        return UNKNOWN;
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
        return UNKNOWN;
    }
}
