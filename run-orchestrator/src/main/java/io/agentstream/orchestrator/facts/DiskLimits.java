package io.agentstream.orchestrator.facts;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/// Gives all stores of a process one cache and one budget of buffers: by default each store of each partition takes some 100 MB
/// beside the heap. Kafka Streams makes one for each store.
public final class DiskLimits implements RocksDBConfigSetter {

    /// Property that holds the [Memory].
    static final String MEMORY = "agent.stream.facts.memory";

    private static final long CACHE_BYTES = 32L << 20;
    private static final long BUFFERS_BYTES = 16L << 20;
    private static final long BUFFER_BYTES = 2L << 20;

    /// What the stores share, outside the heap.
    static final class Memory implements AutoCloseable {
        private final Cache cache;
        private final WriteBufferManager buffers;

        Memory() {
            RocksDB.loadLibrary();
            cache = new LRUCache(CACHE_BYTES + BUFFERS_BYTES);
            buffers = new WriteBufferManager(BUFFERS_BYTES, cache); // buffers are part of the cache's bytes
        }

        @Override
        public void close() {
            buffers.close();
            cache.close();
        }
    }

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        if (!(configs.get(MEMORY) instanceof Memory memory)) {
            return; // a test that needs no limits
        }
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(memory.cache);
        table.setCacheIndexAndFilterBlocks(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(memory.buffers);
        options.setWriteBufferSize(BUFFER_BYTES);
        options.setMaxWriteBufferNumber(2);
    }

    @Override
    public void close(String storeName, Options options) {
        // what is shared is closed by its owner
    }
}
