ALTER TYPE "PlatformCapability" ADD VALUE 'TAG_MANAGE';
