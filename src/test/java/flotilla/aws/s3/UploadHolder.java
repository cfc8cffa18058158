package flotilla.aws.s3;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process with a long upload in hand until it is killed, or told to end. Argument: the folder for temporary files. */
final class UploadHolder {
    private UploadHolder() {}

    public static void main(String[] arguments) throws IOException {
        try (UploadFolder folder = new UploadFolder(Path.of(arguments[0]))) {
            System.out.println(Files.writeString(folder.newFile(), "half an image"));
            if (System.in.read() < 0) {
                Runtime.getRuntime().halt(1);
            }
        }
    }
}
