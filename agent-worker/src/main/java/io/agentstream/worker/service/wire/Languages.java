package io.agentstream.worker.service.wire;

/// Languages as services want them. Pure.
public final class Languages {

    private Languages() {}

    /// `en` of `en-US`: some services know no countries.
    public static String primary(String tag) {
        int hyphen = tag.indexOf('-');
        return hyphen < 0 ? tag : tag.substring(0, hyphen);
    }
}
