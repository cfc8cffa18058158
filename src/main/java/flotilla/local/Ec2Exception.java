package flotilla.local;

/** A refusal as EC2 and EC2 Auto Scaling give it: an error code, a message and an HTTP status. */
final class Ec2Exception extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String code;

    /** @param code one of <a href="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html">EC2's</a> */
    Ec2Exception(String code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    static Ec2Exception invalidValue(String parameter, String value) {
        return new Ec2Exception(
                "InvalidParameterValue", "Value (" + value + ") for parameter " + parameter + " is invalid.");
    }

    static Ec2Exception missing(String parameter) {
        return new Ec2Exception("MissingParameter", "The request must contain the parameter " + parameter);
    }

    /** What EC2 Auto Scaling says to nearly everything that is wrong with a request. */
    static Ec2Exception validation(String message) {
        return new Ec2Exception("ValidationError", message);
    }

    String code() {
        return code;
    }

    int httpStatus() {
        return switch (code) {
            case "AuthFailure" -> 401;
            case "DryRunOperation" -> 412;
            case "InternalError", "InsufficientInstanceCapacity" -> 500;
            case "RequestLimitExceeded", "Unavailable", "ServiceUnavailable" -> 503;
            default -> 400;
        };
    }
}
