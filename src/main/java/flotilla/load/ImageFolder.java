package flotilla.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The images of a folder, not of those below it, in the order of their names.
 *
 * @param images at least one
 * @param leftOut names of the files that are no images by their extension
 */
public record ImageFolder(List<LoadImage> images, List<String> leftOut) {
    public ImageFolder {
        images = List.copyOf(images);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Looks into a folder.
     *
     * @throws LoadException when there is no image in it or it cannot be read
     */
    public static ImageFolder read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new LoadException(folder + (Files.exists(folder) ? " is not a folder" : ": no such folder")
                    + "; check --image-folder");
        }
        List<LoadImage> images = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .forEach(file -> {
                        String name = file.getFileName().toString();
                        if (LoadImage.isImage(name)) {
                            images.add(new LoadImage(file));
                        } else {
                            leftOut.add(name);
                        }
                    });
        } catch (IOException e) {
            throw new LoadException("cannot read the folder " + folder + "; check its permissions", e);
        }
        if (images.isEmpty()) {
            throw new LoadException("there is no image in " + folder
                    + (leftOut.isEmpty() ? "" : ", only " + leftOut.size() + " other files")
                    + "; images end in .jpg, .png or the like");
        }
        return new ImageFolder(images, leftOut);
    }

    /** The image of a request; after the last one comes the first again. */
    LoadImage image(long request) {
        return images.get((int) (request % images.size()));
    }
}
