package flotilla.protocol;

import flotilla.domain.ClassificationResult;
import flotilla.domain.GatewayId;

/**
 * The message in the response queue: a result that is stored, for the gateway that waits for it. The truth is the stored
 * object; a lost notice only costs time.
 */
public record ResultNotice(GatewayId gateway, ClassificationResult result) {}
